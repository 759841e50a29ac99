use tonic::metadata::MetadataMap;

/// W3C trace context: two hex digits, 32, 16 and 2, with hyphens between.
const TRACEPARENT_PARTS: [usize; 4] = [2, 32, 16, 2];

/// The caller's trace context. One that is not well formed is dropped: it would be stored with the events for ever.
pub(super) fn traceparent(metadata: &MetadataMap) -> Option<String> {
    let text = metadata.get("traceparent")?.to_str().ok()?;
    let parts: Vec<&str> = text.split('-').collect();
    let well_formed = parts.len() == TRACEPARENT_PARTS.len()
        && parts.iter().zip(TRACEPARENT_PARTS).all(|(part, length)| {
            part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        });
    well_formed.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_only_well_formed_traces() {
        let trace = |text: &str| {
            let mut metadata = MetadataMap::new();
            metadata.insert("traceparent", text.parse().unwrap());
            traceparent(&metadata)
        };
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(trace(good).as_deref(), Some(good));
        for bad in [
            "",
            "00",
            "00-4bf9-00f0-01",
            &good.to_uppercase(),
            &format!("{good}-x"),
        ] {
            assert_eq!(trace(bad), None, "{bad}");
        }
    }
}
