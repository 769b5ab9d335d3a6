use std::collections::HashMap;

/// What a client has prepared and bound, by name.
#[derive(Debug, Default)]
pub(super) struct Statements {
    prepared: HashMap<String, String>,
    portals: HashMap<String, String>,
}

impl Statements {
    /// The SQL that this message of a client executes, if it does.
    pub(super) fn see(&mut self, message: &[u8]) -> Option<String> {
        let mut texts = message
            .get(5..)
            .unwrap_or_default()
            .split(|byte| *byte == 0);
        let mut text = || {
            let bytes = texts.next().unwrap_or_default();
            String::from_utf8_lossy(bytes).into_owned()
        };
        match message[0] {
            b'Q' => return Some(text()),
            b'P' => {
                let name = text();
                self.prepared.insert(name, text());
            }
            b'B' => {
                let portal = text();
                let sql = self.prepared.get(&text()).cloned().unwrap_or_default();
                self.portals.insert(portal, sql);
            }
            b'E' => return Some(self.portals.get(&text()).cloned().unwrap_or_default()),
            _ => {}
        }
        None
    }
}
