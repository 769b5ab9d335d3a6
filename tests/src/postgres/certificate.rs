use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

use super::account::Account;

/// Writes `server.crt` and `server.key` for this machine, and `authority.crt`, which vouches for it.
pub(super) fn write(folder: &Path, account: Account) {
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let name = (DnType::CommonName, "tests of Pericarp");
    authority.distinguished_name.push(name.0, name.1);
    let key = KeyPair::generate().unwrap();
    let certificate = authority.self_signed(&key).unwrap();
    fs::write(folder.join("authority.crt"), certificate.pem()).unwrap();

    let issuer = Issuer::new(authority, key);
    let names = ["localhost", "127.0.0.1"].map(str::to_owned);
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(names).unwrap();
    let certificate = server.signed_by(&key, &issuer).unwrap();
    fs::write(folder.join("server.crt"), certificate.pem()).unwrap();
    let file = folder.join("server.key");
    fs::write(&file, key.serialize_pem()).unwrap();
    // PostgreSQL refuses a key that others may read.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    account.own(&file);
}
