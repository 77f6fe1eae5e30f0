//! Which of several words a misspelt one was meant to be.

use strsim::damerau_levenshtein;

/// The closest word, if it is close enough to be worth a question.
pub(super) fn nearest<'w>(text: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let text = text.to_lowercase();
    let distance = |word: &str| {
        // Leaving the unit off, as in `sustain`, is one slip, however long the unit is.
        let without_unit = word.strip_suffix("_seconds").is_some_and(|start| start == text);
        if without_unit { 1 } else { damerau_levenshtein(&text, word) }
    };
    let candidates = words.into_iter().map(|word| (distance(word), word));
    candidates.filter(|(distance, word)| *distance <= word.len().div_ceil(4)).min().map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let words = ["standby", "sustain_seconds", "skew_seconds", "data_path", "auto"];
        let near = |text| nearest(text, words);
        assert_eq!(near("standbye"), Some("standby"));
        assert_eq!(near("sustain_secs"), Some("sustain_seconds"));
        assert_eq!(near("sustain"), Some("sustain_seconds"));
        assert_eq!(near("DataPath"), Some("data_path"));
        assert_eq!(near("AUTO"), Some("auto"));
        assert_eq!(near("colour"), None);
        assert_eq!(near(""), None);
    }
}
