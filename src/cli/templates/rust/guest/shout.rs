//! What the program does with its input.

/// Turns the ASCII letters of `bytes` into upper case, in place.
pub fn shout(bytes: &mut [u8]) {
    bytes.make_ascii_uppercase();
}

#[cfg(test)]
mod tests {
    use super::shout;

    fn shouted(text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        shout(&mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn letters_become_upper_case() {
        assert_eq!(shouted("hello, World"), "HELLO, WORLD");
    }

    #[test]
    fn other_characters_stay() {
        assert_eq!(shouted("`az{ 09 é"), "`AZ{ 09 é");
    }
}
