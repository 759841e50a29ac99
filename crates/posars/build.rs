//! Compiles the proto of the echo service that `posars bench http` measures, with protox, so that a build needs no
//! protoc.

use std::path::PathBuf;
use std::{env, fs};

use anyhow::Context as _;

/// Where the file itself lies; kept apart from the product's own protos, which are a published contract.
const BENCH_ROOT: &str = "bench-proto";
/// Where `google/api/annotations.proto` lies.
const PROTO_ROOT: &str = "../../proto";

fn main() -> anyhow::Result<()> {
    println!("cargo:rerun-if-changed={BENCH_ROOT}");
    let mut compiler = protox::Compiler::new([BENCH_ROOT, PROTO_ROOT]).context("open the proto folders")?;
    compiler.include_imports(true);
    compiler
        .open_file("posars/bench/v1/echo_service.proto")
        .context("compile the echo service")?;
    let out = PathBuf::from(env::var_os("OUT_DIR").context("OUT_DIR is set by cargo")?);
    // Encoded by protox itself: a round trip through prost would drop the google.api.http annotations.
    fs::write(
        out.join("echo_descriptors.bin"),
        compiler.encode_file_descriptor_set(),
    )?;
    let mut descriptors = compiler.file_descriptor_set();
    descriptors.file.retain(|file| file.name().starts_with("posars/"));
    tonic_prost_build::configure()
        .include_file("echo.rs")
        .compile_fds(descriptors)
        .context("write the Rust code of the echo service")
}
