//! Links the library for programs in C, if the feature `c-library` is on.

use std::env::var_os;
use std::path::{Path, PathBuf};

const LIBRARY: &str = "libwebclave.a";
/// The variable with the absolute path of the library's folder, for a crate that was copied away from it.
const VARIABLE: &str = "WEBCLAVE_C_LIB";
/// From the crate, in the repository and in the package.
const FOLDERS: [&str; 2] = ["../../c/sdk", "../../../dist/c/lib"];

fn main() {
    println!("cargo:rerun-if-env-changed={}", VARIABLE);
    if var_os("CARGO_FEATURE_C_LIBRARY").is_none() {
        println!("cargo:rerun-if-changed=build.rs");
        return;
    }
    let folder = find();
    println!("cargo:rerun-if-changed={}", folder.join(LIBRARY).display());
    println!("cargo:rustc-link-search=native={}", folder.display());
    println!("cargo:rustc-link-lib=static=webclave");
}

fn find() -> PathBuf {
    let manifest = var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let given = var_os(VARIABLE).map(PathBuf::from);
    let beside = FOLDERS.iter().map(|folder| manifest.join(folder));
    let candidates: Vec<PathBuf> = given.into_iter().chain(beside).collect();
    match candidates.iter().find(|folder| has_library(folder)) {
        Some(folder) => folder.clone(),
        None => {
            eprintln!(
                "error: the feature `c-library` of the crate webclave needs {}, which is in none of:",
                LIBRARY
            );
            for folder in candidates {
                eprintln!("  {}", folder.display());
            }
            eprintln!("Set {} to its folder: dist/c/lib of the npm package webclave.", VARIABLE);
            std::process::exit(1);
        }
    }
}

fn has_library(folder: &Path) -> bool {
    folder.join(LIBRARY).is_file()
}
