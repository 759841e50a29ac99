//! Who may call which RPC and for how long, read once from the option `(posars.authz.v1.authz)` of the protos.

use std::collections::HashMap;
use std::time::Duration;

use posars_identity::Role;
use prost_reflect::{
    DescriptorPool, DynamicMessage, ExtensionDescriptor, MethodDescriptor, ReflectMessage as _,
};

/// Full name of the method option.
const OPTION: &str = "posars.authz.v1.authz";
/// What the names of the roles begin with in the protos.
const ROLE_PREFIX: &str = "ROLE_";
/// Services of others that anybody may call: they tell what is served, and nothing of the business.
const OPEN_SERVICES: [&str; 3] = [
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
];

/// Why the rules of access cannot be read: an RPC without a rule, or with one that says nothing clear.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessRulesError {
    /// The descriptors do not hold the option at all.
    #[error("the protos do not define the option ({OPTION}); compile proto/posars/authz with the others")]
    OptionMissing,
    /// An RPC that nobody has decided on.
    #[error(
        "{rpc} does not say who may call it; give it an option ({OPTION}) with roles, or with public: true"
    )]
    RuleMissing {
        /// Full name of the RPC.
        rpc: String,
    },
    /// An option without roles that is not public either, or with both.
    #[error(
        "the option ({OPTION}) of {rpc} must have either roles in any_of or public: true, and not both; \
         across_companies: true takes roles"
    )]
    RuleUnclear {
        /// Full name of the RPC.
        rpc: String,
    },
    /// A role that this program does not know.
    #[error(
        "the option ({OPTION}) of {rpc} names the role {role}, which this program does not know; correct the name"
    )]
    RoleUnknown {
        /// Full name of the RPC.
        rpc: String,
        /// The role, as the protos have it.
        role: String,
    },
}

/// Who may call an RPC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody, also without a token.
    Public,
    /// Whoever has one of these roles in the company of the call; at least one.
    AnyOf(Vec<Role>),
}

/// What holds for the calls of one RPC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRule {
    /// Who may call.
    pub access: Access,
    /// Whether a call is about every company in which its caller has one of the roles.
    pub is_across_companies: bool,
    /// Longest time of a call; none for the server's default.
    pub deadline_max: Option<Duration>,
}

/// The rules of all RPCs of a descriptor pool.
#[derive(Clone, Debug)]
pub struct AccessRules {
    /// By path, such as `/posars.sales.v1.SaleService/RecordSale`.
    rules: HashMap<String, AccessRule>,
    open: AccessRule,
}

impl AccessRules {
    /// Reads the rule of every RPC of the pool.
    ///
    /// # Errors
    /// When an RPC has no rule or an unclear one: what nobody decided on must not be served.
    pub fn of(pool: &DescriptorPool) -> Result<Self, AccessRulesError> {
        let option = pool
            .get_extension_by_name(OPTION)
            .ok_or(AccessRulesError::OptionMissing)?;
        let methods = pool
            .services()
            .flat_map(|service| service.methods().collect::<Vec<_>>());
        let rules = methods.map(|method| {
            let rule = rule_of(&method, &option)?;
            let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
            Ok((path, rule))
        });
        Ok(Self {
            rules: rules.collect::<Result<_, _>>()?,
            open: AccessRule {
                access: Access::Public,
                is_across_companies: false,
                deadline_max: None,
            },
        })
    }

    /// The rule for a path such as `/posars.sales.v1.SaleService/RecordSale`; none when there is no such RPC.
    pub fn rule(&self, path: &str) -> Option<&AccessRule> {
        self.rules.get(path).or_else(|| {
            let service = path.strip_prefix('/')?.split('/').next()?;
            OPEN_SERVICES.contains(&service).then_some(&self.open)
        })
    }

    /// The paths of all RPCs that have a rule, in no order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.rules.keys().map(String::as_str)
    }
}

fn rule_of(method: &MethodDescriptor, option: &ExtensionDescriptor) -> Result<AccessRule, AccessRulesError> {
    let rpc = || method.full_name().to_owned();
    let options = method.options();
    if !options.has_extension(option) {
        return Err(AccessRulesError::RuleMissing { rpc: rpc() });
    }
    let value = options.get_extension(option);
    let rule = value
        .as_message()
        .ok_or_else(|| AccessRulesError::RuleUnclear { rpc: rpc() })?;
    let roles = roles_of(rule, &rpc)?;
    let is_set = |name| field(rule, name).and_then(|value| value.as_bool()) == Some(true);
    let is_public = is_set("public");
    let is_across_companies = is_set("across_companies");
    let access = match (is_public, roles.is_empty()) {
        (true, true) if !is_across_companies => Access::Public,
        (false, false) => Access::AnyOf(roles),
        (true, _) | (false, true) => return Err(AccessRulesError::RuleUnclear { rpc: rpc() }),
    };
    let seconds = field(rule, "max_seconds").and_then(|value| value.as_u32());
    Ok(AccessRule {
        access,
        is_across_companies,
        deadline_max: seconds
            .filter(|seconds| *seconds > 0)
            .map(|seconds| Duration::from_secs(seconds.into())),
    })
}

fn roles_of(rule: &DynamicMessage, rpc: &impl Fn() -> String) -> Result<Vec<Role>, AccessRulesError> {
    let unclear = || AccessRulesError::RuleUnclear { rpc: rpc() };
    let described = rule
        .descriptor()
        .get_field_by_name("any_of")
        .ok_or_else(unclear)?;
    let kind = described.kind();
    let words = kind.as_enum().ok_or_else(unclear)?;
    let listed = rule.get_field(&described);
    let numbers = listed.as_list().unwrap_or_default();
    numbers
        .iter()
        .map(|number| {
            let number = number.as_enum_number().ok_or_else(unclear)?;
            let word = words.get_value(number);
            let word = word
                .as_ref()
                .map_or_else(|| number.to_string(), |word| word.name().to_owned());
            let role = word.strip_prefix(ROLE_PREFIX).map(str::to_ascii_lowercase);
            role.and_then(|role| role.parse().ok())
                .ok_or_else(|| AccessRulesError::RoleUnknown {
                    rpc: rpc(),
                    role: word,
                })
        })
        .collect()
}

fn field(message: &DynamicMessage, name: &str) -> Option<prost_reflect::Value> {
    message.get_field_by_name(name).map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use prost_reflect::prost_types::FileDescriptorSet;

    use super::*;
    use crate::proto::FILE_DESCRIPTOR_SET;

    const SALE: &str = "posars/sales/v1/sale_service.proto";

    fn pool() -> DescriptorPool {
        DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap()
    }

    /// The descriptors of the product with the options of `VoidSale` as given, in protobuf's own bytes.
    fn with_void_options(options: &[u8]) -> DescriptorPool {
        let mut pool = DescriptorPool::new();
        for file in pool_files() {
            if file.0 == SALE {
                let text = replace_void_options(&file.1, options);
                pool.decode_file_descriptor_proto(text.as_slice()).unwrap();
            } else {
                pool.decode_file_descriptor_proto(file.1.as_slice()).unwrap();
            }
        }
        pool
    }

    /// Each file's name and bytes, which still have their options, unlike prost's own types.
    fn pool_files() -> Vec<(String, Vec<u8>)> {
        pool()
            .files()
            .map(|file| (file.name().to_owned(), file.encode_to_vec()))
            .collect()
    }

    fn replace_void_options(file: &[u8], options: &[u8]) -> Vec<u8> {
        let descriptors = pool();
        let shape = descriptors
            .get_message_by_name("google.protobuf.FileDescriptorProto")
            .unwrap();
        let mut file = DynamicMessage::decode(shape, file).unwrap();
        let services = file.get_field_by_name_mut("service").unwrap();
        let methods = services.as_list_mut().unwrap()[0]
            .as_message_mut()
            .unwrap()
            .get_field_by_name_mut("method")
            .unwrap();
        let void = methods.as_list_mut().unwrap().iter_mut().find(|method| {
            let method = method.as_message().unwrap();
            method.get_field_by_name("name").unwrap().as_str() == Some("VoidSale")
        });
        let method = void.unwrap().as_message_mut().unwrap();
        let shape = descriptors
            .get_message_by_name("google.protobuf.MethodOptions")
            .unwrap();
        let options = DynamicMessage::decode(shape, options).unwrap();
        method.set_field_by_name("options", prost_reflect::Value::Message(options));
        file.encode_to_vec()
    }

    /// The option with these bytes inside: field 50551, length-delimited.
    fn option(inside: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        prost::encoding::encode_key(50_551, prost::encoding::WireType::LengthDelimited, &mut bytes);
        prost::encoding::encode_varint(u64::try_from(inside.len()).unwrap(), &mut bytes);
        bytes.extend_from_slice(inside);
        bytes
    }

    #[test]
    fn every_rpc_of_the_product_has_a_rule() {
        let rules = AccessRules::of(&pool()).unwrap();
        let rpcs: usize = pool().services().map(|service| service.methods().len()).sum();
        assert_eq!(rules.paths().count(), rpcs);
        let void = rules.rule("/posars.sales.v1.SaleService/VoidSale").unwrap();
        assert_eq!(void.access, Access::AnyOf(vec![Role::Owner, Role::Manager]));
        assert_eq!(void.deadline_max, None);
        let report = rules.rule("/posars.reporting.v1.SalesReportService/ListDailySales");
        assert_eq!(report.unwrap().deadline_max, Some(Duration::from_secs(60)));
    }

    #[test]
    fn health_and_reflection_are_open_and_nothing_else_unnamed_is() {
        let rules = AccessRules::of(&pool()).unwrap();
        for open in [
            "/grpc.health.v1.Health/Check",
            "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        ] {
            assert_eq!(rules.rule(open).unwrap().access, Access::Public, "{open}");
        }
        for unknown in [
            "",
            "/",
            "/posars.sales.v1.SaleService/Nothing",
            "/grpc.health.v1.HealthX/Check",
        ] {
            assert_eq!(rules.rule(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn an_rpc_without_a_clear_rule_is_refused() {
        let rpc = "posars.sales.v1.SaleService.VoidSale".to_owned();
        let outcome = |options: &[u8]| AccessRules::of(&with_void_options(options)).map(|_| ());
        let missing = AccessRulesError::RuleMissing { rpc: rpc.clone() };
        let unclear = AccessRulesError::RuleUnclear { rpc: rpc.clone() };
        assert_eq!(outcome(&[]), Err(missing));
        // Nothing said, roles and public at once.
        assert_eq!(outcome(&option(&[])), Err(unclear.clone()));
        assert_eq!(outcome(&option(&[0x0a, 1, 1, 0x10, 1])), Err(unclear.clone()));
        // Of every company in which a stranger has a role.
        assert_eq!(outcome(&option(&[0x10, 1, 0x20, 1])), Err(unclear));
        for (number, role) in [(0, "ROLE_UNSPECIFIED"), (99, "99")] {
            let unknown = AccessRulesError::RoleUnknown {
                rpc: rpc.clone(),
                role: role.to_owned(),
            };
            assert_eq!(outcome(&option(&[0x0a, 1, number])), Err(unknown));
        }
        assert_eq!(outcome(&option(&[0x10, 1])), Ok(()));
        assert_eq!(outcome(&option(&[0x0a, 2, 1, 2])), Ok(()));
    }

    #[test]
    fn without_the_option_itself_nothing_is_served() {
        let files = FileDescriptorSet::default();
        let pool = DescriptorPool::from_file_descriptor_set(files).unwrap();
        assert_eq!(
            AccessRules::of(&pool).unwrap_err(),
            AccessRulesError::OptionMissing
        );
    }

    #[test]
    fn the_protos_and_the_program_know_the_same_roles() {
        let described = pool().get_enum_by_name("posars.authz.v1.Role").unwrap();
        let mut in_protos: Vec<String> = described
            .values()
            .filter(|value| value.number() != 0)
            .map(|value| {
                value
                    .name()
                    .strip_prefix(ROLE_PREFIX)
                    .unwrap()
                    .to_ascii_lowercase()
            })
            .collect();
        in_protos.sort();
        let mut known: Vec<String> = Role::ALL.iter().map(ToString::to_string).collect();
        known.sort();
        assert_eq!(in_protos, known);
    }
}
