//! Tells cargo that the migrations are an input: a macro that reads a folder cannot say so itself.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
    println!("cargo:rerun-if-changed=build.rs");
}
