//! Packages that are right, and packages that are broken in many ways.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use adyton_core::model::Engine;
use adyton_runtime::onnx_models::Onnx;
use adyton_runtime::package::{Limits, Packages, Said, Source};
use expect_test::{Expect, expect};
use serde_json::json;

use crate::graph::{self, FLOAT, node, port};
use crate::place::Place;

const CONFIG: &[u8] = br#"{"model_type":"Command","model_algorithm":"a","command":["run.sh"]}"#;
const ONNX: &[u8] = br#"{"model_type":"ONNX","model_algorithm":"a"}"#;
const PROGRAM: &[u8] = b"#!/bin/sh\n";

pub(crate) fn refused(place: &Place, source: Source<'_>, expected: Expect) {
    let problem = place.packages.import(source, None, &Onnx::builtin()).unwrap_err();
    let text = problem
        .to_string()
        .replace(&place.folder.path().display().to_string(), "…");
    expected.assert_eq(&text);
    assert_eq!(
        place.leftovers(),
        Vec::<String>::new(),
        "nothing half-imported stays"
    );
}

fn broken(files: &[(&str, &[u8])], expected: Expect) {
    let place = Place::new();
    let source = place.source("source", files);
    refused(&place, Source::Folder(&source), expected);
}

pub(crate) fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(if name.ends_with(".sh") { 0o755 } else { 0o644 });
        // Written past the library's own checks: that is the point.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        tar.append(&header, *content).unwrap();
    }
    tar.into_inner().unwrap()
}

pub(crate) fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        let mode = if name.ends_with(".sh") { 0o755 } else { 0o644 };
        zip.start_file(
            *name,
            zip::write::SimpleFileOptions::default().unix_permissions(mode),
        )
        .unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(crate) fn gz_of(bytes: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

pub(crate) fn file(place: &Place, bytes: &[u8]) -> PathBuf {
    let path = place.folder.path().join("upload");
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn names_that_no_file_system_takes_are_the_packages_fault() {
    let config = ("model/config.json", CONFIG);
    let long = format!("model/{}", "n".repeat(256));
    broken_archive(
        &zip_of(&[config, (&long, b"")]),
        expect![
            "model/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn: a name in the path is longer than 255 bytes; rename the file or folder"
        ],
    );
    broken_archive(
        &zip_of(&[config, ("model/a\u{7}b", b"")]),
        expect!["model/a?b: the name has a control character; rename the file"],
    );
    broken_archive(
        &zip_of(&[config, ("model/a\nb/c", b"")]),
        expect!["model/a?b/c: the name has a control character; rename the file"],
    );
}

#[test]
fn a_program_that_cannot_start_is_told_at_once() {
    broken(
        &[
            ("model/config.json", CONFIG),
            ("model/run.sh*", b"#!/no/such/sh -e\n"),
        ],
        expect![
            "model/config.json: command[0]: model/run.sh begins with `#!/no/such/sh`, which does not exist; install it on this machine, or name another interpreter (lines must end without a carriage return)"
        ],
    );
    broken(
        &[(
            "model/config.json",
            br#"{"model_type":"Command","model_algorithm":"a","command":["/etc/passwd"]}"#,
        )],
        expect![
            "model/config.json: command[0]: /etc/passwd is not executable; name a program of the package or of the system"
        ],
    );
}

pub(crate) fn broken_archive(bytes: &[u8], expected: Expect) {
    let place = Place::new();
    let path = file(&place, bytes);
    refused(&place, Source::Archive(&path), expected);
}

#[test]
fn the_same_package_has_one_name_however_it_is_packed() {
    let place = Place::new();
    let files: &[(&str, &[u8])] = &[("top/model/config.json", CONFIG), ("top/model/run.sh", PROGRAM)];
    let folder = place.source("s", &[("model/config.json", CONFIG), ("model/run.sh*", PROGRAM)]);
    let (first, spec) = place
        .packages
        .import(Source::Folder(&folder), None, &Onnx::builtin())
        .unwrap();
    assert_eq!(
        spec.engine,
        Engine::Command {
            command: vec!["run.sh".to_owned()]
        }
    );
    for bytes in [tar_of(files), gz_of(&tar_of(files)), zip_of(files)] {
        let path = file(&place, &bytes);
        let (again, _) = place
            .packages
            .import(Source::Archive(&path), None, &Onnx::builtin())
            .unwrap();
        assert_eq!(again, first);
    }
    assert_eq!(place.leftovers(), [first.digest.to_string()]);
    assert_eq!(place.packages.size(first.digest), Some(first.size));
    assert!(place.packages.path(first.digest).join("model/run.sh").is_file());
    place.packages.remove(first.digest).unwrap();
    assert_eq!(place.leftovers(), Vec::<String>::new());
}

#[test]
fn a_given_configuration_stands_in_for_the_packages() {
    let place = Place::new();
    let folder = place.source("s", &[("model/model.onnx", &graph::iris())]);
    let published = place.packages.unpack(Source::Folder(&folder)).unwrap();
    let config = json!({"model_type": "ONNX", "model_algorithm": "predict_analysis"});
    let spec = place
        .packages
        .check(published.digest, Some(&config), &Onnx::builtin())
        .unwrap();
    assert_eq!(
        spec.engine,
        Engine::Onnx {
            file: "model.onnx".to_owned()
        }
    );
    let missing = place
        .packages
        .check(published.digest, None, &Onnx::builtin())
        .unwrap_err();
    expect![[r#"model/config.json: is missing; add one; at least {"model_type": …, "model_algorithm": …}"#]]
        .assert_eq(&missing.to_string());
}

/// What a request says stands beside the package's own `config.json`, whatever the package came in; it never takes its place.
#[test]
fn a_request_adds_to_the_packages_configuration() {
    let place = Place::new();
    let config: &[u8] =
        b"\xef\xbb\xbf{\"model_type\":\"Command\",\"model_algorithm\":\"packaged\",\"command\":[\"sh\"],
        \"apis\":[{\"url\":\"/predictions/x\"}]}";
    let files: &[(&str, &[u8])] = &[
        ("model/config.json", config),
        ("model/requirements.txt", b"numpy"),
    ];
    let folder = place.source("s", files);
    let archive = file(&place, &gz_of(&tar_of(files)));
    let said = |fields: serde_json::Value| Said {
        config: None,
        fields: fields.as_object().unwrap().clone(),
    };
    for source in [Source::Folder(&folder), Source::Archive(&archive)] {
        let asked = said(json!({"model_type": "Command", "model_algorithm": "asked"}));
        let (_, spec) = place
            .packages
            .import_as(source, &asked, &Onnx::builtin())
            .unwrap();
        assert_eq!(spec.apis[0].url, "/predictions/x");
        assert_eq!(spec.algorithm, "asked");
        assert_eq!(
            spec.notes,
            [
                "the request's `model_algorithm` stands in for that of config.json",
                "ignored: `requirements.txt` (nothing is installed; a program finds what is on this machine and in its package)"
            ]
        );
        let other = said(json!({"model_type": "ONNX"}));
        let problem = place
            .packages
            .import_as(source, &other, &Onnx::builtin())
            .unwrap_err();
        expect![[r#"model/config.json: model_type: is "Command" in config.json and "ONNX" in the request; let the two agree, or leave `model_type` out of one of them"#]]
            .assert_eq(&problem.to_string());
    }
    let bare = place.source("bare", &[("model/model.onnx", &graph::iris())]);
    let whole = said(json!({"model_type": "ONNX", "model_algorithm": "a"}));
    place
        .packages
        .import_as(Source::Folder(&bare), &whole, &Onnx::builtin())
        .unwrap();
}

#[test]
fn leftovers_of_a_crash_are_removed() {
    let place = Place::new();
    let staging = place.folder.path().join("packages/.staging");
    fs::create_dir_all(staging.join("package-x/in/model")).unwrap();
    Packages::open(place.folder.path().join("packages"), Limits::default()).unwrap();
    assert_eq!(place.leftovers(), Vec::<String>::new());
}

#[test]
fn packages_without_their_parts_are_refused() {
    broken(
        &[("readme.txt", b"")],
        expect![
            "the package has no folder `model` at its root or inside its one top folder; put `config.json` and the model's files into a folder `model`; `adyton model init NAME` creates a starter package"
        ],
    );
    broken(
        &[("config.json", CONFIG)],
        expect![
            "the package has no folder `model` at its root or inside its one top folder; put `config.json` and the files beside it into a folder `model`"
        ],
    );
    broken(
        &[("model/weights.bin", b"")],
        expect![[
            r#"model/config.json: is missing; add one; at least {"model_type": …, "model_algorithm": …}"#
        ]],
    );
    broken(
        &[("model/config.json", b"{\"model_type\": \"ONNX\",}")],
        expect![
            "model/config.json: line 1, column 23: not valid JSON: trailing comma; remove the comma before the closing bracket"
        ],
    );
    broken(
        &[
            ("model/config.json", CONFIG),
            ("model/run.sh*", PROGRAM),
            ("model/old/config.json", CONFIG),
        ],
        expect![
            "model/old/config.json: a package has only one `config.json`, at `model/config.json`; remove or rename the others"
        ],
    );
    broken(
        &[("model/config.json", ONNX)],
        expect!["model/*.onnx: there is no ONNX model file; add the model to `model/`"],
    );
    broken(
        &[
            ("model/config.json", ONNX),
            ("model/a.onnx", b""),
            ("model/b.onnx", b""),
        ],
        expect![
            "model/*.onnx: there are several ONNX files: a.onnx, b.onnx; name the one that serves `model.onnx`"
        ],
    );
    broken(
        &[
            ("model/config.json", ONNX),
            ("model/a.onnx", b"\xff\xff\xff not a model"),
        ],
        expect![
            "model/a.onnx: cannot be read as an ONNX model: failed to decode Protobuf message: invalid wire type value: 7"
        ],
    );
    broken(
        &[("model/config.json", CONFIG)],
        expect![[
            r#"model/config.json: command[0]: there is no program "run.sh" in the package or on the path (/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin); add it to `model/`, or install it on this machine"#
        ]],
    );
    broken(
        &[("model/config.json", CONFIG), ("model/run.sh", PROGRAM)],
        expect![[
            r#"model/config.json: command[0]: model/run.sh is not executable; `chmod +x run.sh` before packing, or start it with its interpreter: ["python3", "run.sh"]"#
        ]],
    );
    broken(
        &[(
            "model/config.json",
            br#"{"model_type":"Command","model_algorithm":"a","command":["../run.sh"]}"#,
        )],
        expect![[
            r#"model/config.json: command[0]: leads out of the package; got "../run.sh"; name a program of the package or of the system"#
        ]],
    );
    broken(
        &[(
            "model/config.json",
            br#"{"model_type":"PyTorch","model_algorithm":"a"}"#,
        )],
        expect![[
            r#"model/config.json: model_type: the engine "PyTorch" cannot be run by this version, which runs "ONNX" or "Command"; export the model to ONNX (`torch.onnx.export`), or serve it with a program of your own (`Command`)"#
        ]],
    );
}

#[test]
fn a_model_that_the_runtime_lacks_operators_for_is_refused() {
    let model = graph::model(
        vec![port("x", FLOAT, &[1])],
        vec![port("y", FLOAT, &[1])],
        vec![node("Frobnicate", "", &["x"], &["y"], Vec::new())],
        Vec::new(),
    );
    broken(
        &[
            ("model/config.json", ONNX),
            ("model/m.onnx", &graph::bytes(&model)),
        ],
        expect![
            "model/m.onnx: the compiled-in runtime has no operator Frobnicate; install ONNX Runtime (`adyton doctor --fix`, then restart the server) or set `onnx.library` to its shared library"
        ],
    );
}

#[test]
fn a_schema_that_does_not_fit_the_model_is_refused() {
    let config = json!({"model_type": "ONNX", "model_algorithm": "a", "apis": [{"url": "/", "request": {"data": {
        "properties": {"data": {"properties": {"req_data": {"items": [{"properties": {"a": {}, "b": {}}}]}}}}}}}]});
    let (config, model) = (config.to_string(), graph::iris());
    let files: &[(&str, &[u8])] = &[("model/config.json", config.as_bytes()), ("model/m.onnx", &model)];
    broken(
        files,
        expect![[
            r#"model/config.json: apis[0].request.data: req_data rows have 2 properties (a, b), but the model's input "float_input" is float32 [N,4]; let the schema and the model agree"#
        ]],
    );
}

#[test]
fn paths_that_lead_out_are_refused() {
    let with = |name: &str| tar_of(&[("model/config.json", CONFIG), (name, b"evil")]);
    broken_archive(
        &with("../evil"),
        expect![
            "../evil: the path leads out of the package (`..`); re-create the archive with paths relative to the folder"
        ],
    );
    broken_archive(
        &with("model/../../evil"),
        expect![
            "model/../../evil: the path leads out of the package (`..`); re-create the archive with paths relative to the folder"
        ],
    );
    broken_archive(
        &with("/etc/evil"),
        expect!["/etc/evil: the path is absolute; re-create the archive with paths relative to the folder"],
    );
    broken_archive(
        &with("model/a\\..\\b"),
        expect![[
            r#"model/a\..\b: the path has a character that a path cannot have; re-create the archive with paths relative to the folder"#
        ]],
    );
    broken_archive(
        &zip_of(&[("model/config.json", CONFIG), ("../evil", b"evil")]),
        expect![
            "../evil: the path leads out of the package (`..`); re-create the archive with paths relative to the folder"
        ],
    );
    broken_archive(
        &zip_of(&[("model/config.json", CONFIG), ("C:/evil", b"evil")]),
        expect!["C:/evil: the path is absolute; re-create the archive with paths relative to the folder"],
    );
}

#[test]
fn links_and_devices_are_refused() {
    let special = |kind: tar::EntryType| {
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        tar.append_link(&mut header, "model/passwd", "/etc/passwd")
            .unwrap();
        tar.into_inner().unwrap()
    };
    broken_archive(
        &special(tar::EntryType::Symlink),
        expect!["model/passwd: is a link; pack the file that it points to (`tar --dereference`)"],
    );
    broken_archive(
        &special(tar::EntryType::Link),
        expect!["model/passwd: is a link; pack the file that it points to (`tar --dereference`)"],
    );
    broken_archive(
        &special(tar::EntryType::Char),
        expect![
            "model/passwd: is a device, pipe, socket or sparse file; a package holds files and folders only"
        ],
    );
    let place = Place::new();
    let source = place.source("s", &[("model/config.json", CONFIG)]);
    std::os::unix::fs::symlink("/etc/passwd", source.join("model/run.sh")).unwrap();
    refused(
        &place,
        Source::Folder(&source),
        expect!["model/run.sh: is a link; pack the file that it points to (`tar --dereference`)"],
    );
}

#[test]
fn damaged_archives_are_refused() {
    broken_archive(
        b"",
        expect!["the archive is empty; pack the folder that holds `model/` with tar or zip"],
    );
    broken_archive(
        b"<html>not found</html>",
        expect![
            "the file is not a tar, tar.gz or zip archive; pack the folder that holds `model/` with tar or zip"
        ],
    );
    let whole = gz_of(&tar_of(&[
        ("model/config.json", CONFIG),
        ("model/run.sh", &[7; 5_000]),
    ]));
    broken_archive(
        &whole[..whole.len() / 2],
        expect!["the tar archive is damaged: incomplete deflate stream; re-create the archive"],
    );
    let zip = zip_of(&[("model/config.json", CONFIG)]);
    broken_archive(
        &zip[..zip.len() - 30],
        expect!["the zip archive is damaged: it has no end record; it may be cut off; re-create the archive"],
    );
    broken_archive(
        &tar_of(&[("model/config.json", CONFIG), ("model/config.json", ONNX)]),
        expect!["model/config.json: occurs twice in the archive; re-create the archive"],
    );
    broken_archive(
        &tar_of(&[("model/a", b"x"), ("model/a/b", b"x")]),
        expect!["model/a/b: is both a file and a folder in the archive; re-create the archive"],
    );
}

#[test]
fn bombs_are_refused_before_they_are_unpacked() {
    let zeros = vec![0u8; 64 << 20];
    broken_archive(
        &gz_of(&tar_of(&[("model/zeros", &zeros)])),
        expect![
            "model/zeros: unpacks to more than 200 times its size in the archive; import the folder, or a tar without compression"
        ],
    );
    broken_archive(
        &zip_of(&[("model/zeros", &zeros)]),
        expect![
            "model/zeros: unpacks to more than 200 times its size in the archive; import the folder, or a tar without compression"
        ],
    );
    let small = Place::with(Limits {
        bytes: 10_000,
        entries: 4,
        ratio: 200,
    });
    let path = file(&small, &tar_of(&[("model/large", &[1; 1_809])]));
    refused(
        &small,
        Source::Archive(&path),
        expect![
            "model/large: the package is larger than 10000 bytes, of which each file and folder takes 4096 besides its content; leave out what the model does not need"
        ],
    );
    let many: Vec<(&str, &[u8])> = ["model/1", "model/2", "model/3", "model/4"]
        .map(|name| (name, b"".as_slice()))
        .to_vec();
    let few = Place::with(Limits {
        entries: 4,
        ..Limits::default()
    });
    let path = file(&few, &tar_of(&many));
    refused(
        &few,
        Source::Archive(&path),
        expect!["the package has more than 4 files and folders; leave out what the model does not need"],
    );
}

#[test]
fn what_archivers_add_is_left_out() {
    let place = Place::new();
    let noise: &[(&str, &[u8])] = &[
        ("p/model/config.json", CONFIG),
        ("p/model/run.sh", PROGRAM),
        ("__MACOSX/p/._x", b"x"),
        ("p/model/.DS_Store", b"x"),
    ];
    let path = file(&place, &zip_of(noise));
    let (published, _) = place
        .packages
        .import(Source::Archive(&path), None, &Onnx::builtin())
        .unwrap();
    let model = place.packages.path(published.digest).join("model");
    let mut names: Vec<String> = fs::read_dir(&model)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["config.json", "run.sh"]);
    let _ = File::open(Path::new(&model).join("run.sh")).unwrap();
}
