//! Serde's `rename_all`, as serde_derive has it in `internals/case.rs`.

/// A field's name under a rule; as it is, if serde does not know the rule.
pub(crate) fn field(rule: &str, name: &str) -> String {
    match rule {
        "UPPERCASE" | "SCREAMING_SNAKE_CASE" => name.to_ascii_uppercase(),
        "PascalCase" => pascal(name),
        "camelCase" => lower_first(&pascal(name)),
        "kebab-case" => name.replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => name.to_ascii_uppercase().replace('_', "-"),
        _ => name.to_owned(),
    }
}

/// A variant's name under a rule; as it is, if serde does not know the rule.
pub(crate) fn variant(rule: &str, name: &str) -> String {
    match rule {
        "lowercase" => name.to_ascii_lowercase(),
        "UPPERCASE" => name.to_ascii_uppercase(),
        "camelCase" => lower_first(name),
        "snake_case" => snake(name),
        "SCREAMING_SNAKE_CASE" => snake(name).to_ascii_uppercase(),
        "kebab-case" => snake(name).replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => snake(name).to_ascii_uppercase().replace('_', "-"),
        _ => name.to_owned(),
    }
}

fn pascal(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut chars = word.chars();
        let first = chars.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(chars).collect::<String>()
    });
    words.collect()
}

fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (i, c) in name.chars().enumerate() {
        if i > 0 && c.is_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::{field, variant};

    #[test]
    fn names_change_as_serde_says() {
        for (rule, of_field, of_variant) in [
            ("lowercase", "paid_by2", "paidby"),
            ("UPPERCASE", "PAID_BY2", "PAIDBY"),
            ("PascalCase", "PaidBy2", "PaidBy"),
            ("camelCase", "paidBy2", "paidBy"),
            ("snake_case", "paid_by2", "paid_by"),
            ("SCREAMING_SNAKE_CASE", "PAID_BY2", "PAID_BY"),
            ("kebab-case", "paid-by2", "paid-by"),
            ("SCREAMING-KEBAB-CASE", "PAID-BY2", "PAID-BY"),
        ] {
            assert_eq!(field(rule, "paid_by2"), of_field);
            assert_eq!(variant(rule, "PaidBy"), of_variant);
        }
    }
}
