//! An Application Load Balancer, as far as its rules go: they are asked in their order, the first that fits wins.

use regex::Regex;
use serde_json::Value;

/// Where a request ends: the target group of a role for gRPC, or the one for everything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    area: String,
    protocol: String,
}

impl Target {
    pub(crate) fn http(area: &str) -> Self {
        Self {
            area: area.to_owned(),
            protocol: "http".to_owned(),
        }
    }

    pub(crate) fn grpc(area: &str) -> Self {
        Self {
            area: area.to_owned(),
            protocol: "grpc".to_owned(),
        }
    }
}

/// One rule: all of its conditions must hold, and of each condition one value.
pub(crate) struct Rule {
    target: Target,
    /// With `*` and `?`, of which both match a slash as well.
    pub(crate) paths: Vec<String>,
    /// Regular expressions.
    pub(crate) path_expressions: Vec<String>,
    compiled: Vec<Regex>,
    /// With `*` and `?`; compared without regard to case.
    pub(crate) content_types: Vec<String>,
}

impl Rule {
    pub(crate) fn values(&self) -> impl Iterator<Item = &String> {
        let paths = self.paths.iter().chain(&self.path_expressions);
        paths.chain(&self.content_types)
    }

    pub(crate) fn wildcards(&self) -> impl Iterator<Item = &String> {
        self.paths.iter().chain(&self.content_types)
    }

    fn fits(&self, path: &str, content_type: &str) -> bool {
        let by_path = self.paths.iter().any(|pattern| fits(pattern, path))
            || self.compiled.iter().any(|expression| expression.is_match(path));
        let content_type = content_type.to_ascii_lowercase();
        let of_any_path = self.paths.is_empty() && self.compiled.is_empty();
        let by_type = self
            .content_types
            .iter()
            .any(|pattern| fits(pattern, &content_type));
        (of_any_path || by_path) && (self.content_types.is_empty() || by_type)
    }
}

/// All rules.
pub(crate) struct Balancer {
    pub(crate) rules: Vec<Rule>,
    pub(crate) default_area: String,
}

impl Balancer {
    pub(crate) fn read(text: &str) -> anyhow::Result<Self> {
        let routes: Value = serde_json::from_str(text)?;
        let rules = routes["rules"].as_array().into_iter().flatten();
        Ok(Self {
            rules: rules.map(rule).collect::<anyhow::Result<_>>()?,
            default_area: word(&routes["default_area"])?,
        })
    }

    pub(crate) fn target(&self, path: &str, content_type: &str) -> Target {
        let rule = self.rules.iter().find(|rule| rule.fits(path, content_type));
        rule.map_or_else(|| Target::http(&self.default_area), |rule| rule.target.clone())
    }
}

fn rule(rule: &Value) -> anyhow::Result<Rule> {
    let list = |name: &str| -> anyhow::Result<Vec<String>> {
        rule[name].as_array().into_iter().flatten().map(word).collect()
    };
    let path_expressions = list("path_expressions")?;
    let compiled = path_expressions
        .iter()
        .map(|text| Regex::new(text))
        .collect::<Result<_, _>>()?;
    Ok(Rule {
        target: Target {
            area: word(&rule["area"])?,
            protocol: word(&rule["protocol"])?,
        },
        paths: list("paths")?,
        path_expressions,
        compiled,
        content_types: list("content_types")?,
    })
}

fn word(value: &Value) -> anyhow::Result<String> {
    let word = value
        .as_str()
        .ok_or_else(|| anyhow::anyhow!("{value} is no text"))?;
    Ok(word.to_owned())
}

/// `*` stands for any text, `?` for any one character; a slash is no different from other characters.
fn fits(pattern: &str, text: &str) -> bool {
    let mut letters = pattern.chars();
    match letters.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = letters.as_str();
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.into_iter()
                .any(|at| text.get(at..).is_some_and(|text| fits(rest, text)))
        }
        Some(letter) => {
            let mut others = text.chars();
            let same = others
                .next()
                .is_some_and(|other| letter == '?' || letter == other);
            same && fits(letters.as_str(), others.as_str())
        }
    }
}

#[test]
fn wildcards_match_as_the_balancer_says() {
    for (pattern, text, expected) in [
        ("/posars.sales.*", "/posars.sales.v1.SaleService/GetSale", true),
        ("/posars.sales.*", "/posars.salesx", false),
        ("*/sales", "/v1/companies/main/products/sales", true),
        ("a?c", "a/c", true),
        ("a?c", "ac", false),
        ("", "", true),
        ("*", "", true),
        ("application/grpc", "application/grpc-web", false),
    ] {
        assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
    }
}
