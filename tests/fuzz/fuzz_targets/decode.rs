#![no_main]

#[path = "../readers.rs"]
mod readers;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let _ = readers::read(input);
});
