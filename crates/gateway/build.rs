//! Compiles the protos with protox, so that a build needs no protoc.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::Context as _;
use prost_types::FileDescriptorSet;

const PROTO_ROOT: &str = "../../proto";
/// The types of error details. No proto of ours imports them, but whoever prints a status needs their shapes.
const ERROR_DETAIL_FILES: [&str; 2] = ["google/rpc/status.proto", "google/rpc/error_details.proto"];

fn main() -> anyhow::Result<()> {
    println!("cargo:rerun-if-changed={PROTO_ROOT}");
    let root = Path::new(PROTO_ROOT);
    let mut files = protos_below(&root.join("posars"))?;
    files.extend(ERROR_DETAIL_FILES.iter().map(|file| root.join(file)));
    files.sort();

    let mut compiler = protox::Compiler::new([root]).context("open the proto folder")?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(&files).context("compile the protos")?;

    let out = PathBuf::from(env::var_os("OUT_DIR").context("OUT_DIR is set by cargo")?);
    // Encoded by protox itself: a round trip through prost would drop the google.api.http annotations.
    fs::write(
        out.join("posars_descriptors.bin"),
        compiler.encode_file_descriptor_set(),
    )?;
    tonic_prost_build::configure()
        .include_file("protos.rs")
        .skip_debug(PERSONAL)
        .compile_fds(with_rust_code(compiler.file_descriptor_set()))
        .context("write the Rust code of the protos")
}

/// Messages that hold what is personal: `src/proto.rs` writes their debug output, which shows none of it.
const PERSONAL: [&str; 9] = [
    ".posars.sales.v1.Buyer",
    ".posars.sales.v1.Customer",
    ".posars.hr.v1.BankAccount",
    ".posars.hr.v1.FindPeopleRequest",
    ".posars.hr.v1.PayrollLine",
    ".posars.hr.v1.PayrollLineInput",
    ".posars.hr.v1.PersonalData",
    ".posars.hr.v1.PersonalDatum",
    ".posars.hr.v1.Wage",
];

/// Files that no message of ours refers to: annotations and error details would only become dead code.
const WITHOUT_RUST_CODE: [&str; 2] = ["google/api/", "google/rpc/"];

fn with_rust_code(mut descriptors: FileDescriptorSet) -> FileDescriptorSet {
    descriptors.file.retain(|file| {
        !WITHOUT_RUST_CODE
            .iter()
            .any(|folder| file.name().starts_with(folder))
    });
    descriptors
}

fn protos_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(protos_below(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            found.push(path);
        }
    }
    Ok(found)
}
