//! Pictures of dishes: uploaded by the office, seen by everybody, whoever sends what.

use crate::scene::{Staff, text};
use harness::{App, Caller, Reply, Value, both_modes, json, reqwest::Method};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use std::io::Cursor;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

mod storage;

use storage::FakeStorage;

const UPLOAD: &str = "/api/admin/images";

fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn dish(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, 90])).into()
}

async fn upload(caller: &Caller, kind: &str, file: Vec<u8>) -> Reply {
    caller.send(Method::POST, UPLOAD, kind, file).await
}

/// The bytes of an HTTP exchange over a connection of its own: `body` is written until the server has heard enough.
async fn raw(app: &App, head: &str, chunk: &[u8], chunks: usize) -> (String, usize) {
    let address = app.api_url().replace("http://", "");
    let (mut answers, mut asks) = TcpStream::connect(&address).await.unwrap().into_split();
    asks.write_all(format!("{head}\r\nHost: {address}\r\n\r\n").as_bytes()).await.unwrap();
    let answer = tokio::spawn(async move {
        let mut said = vec![0; 4096];
        let length = answers.read(&mut said).await.unwrap();
        String::from_utf8_lossy(&said[..length]).into_owned()
    });
    let mut sent = 0;
    for _ in 0..chunks {
        if answer.is_finished() || asks.write_all(chunk).await.is_err() {
            break;
        }
        sent += chunk.len();
    }
    (answer.await.unwrap(), sent)
}

/// Sends sixty files of four megabytes each, and counts what it hears.
const FETCHES: &str = r"
const [, api] = process.argv;
const body = new Uint8Array(4 << 20);
const heard = {};
for (let turn = 0; turn < 60; turn++) {
  const headers = { 'content-type': turn % 2 ? 'image/png' : 'text/html' };
  let word;
  try {
    const reply = await fetch(api + '/api/admin/images', { method: 'POST', headers, body });
    word = `${reply.status} ${(await reply.json()).code}`;
  } catch (error) {
    word = String(error.cause ?? error);
  }
  heard[word] = (heard[word] ?? 0) + 1;
}
console.log(JSON.stringify(heard));
";

both_modes! {
    /// Whoever sends a picture with an old token hears so, although most of it was still on its way.
    async fn early_refusals_reach_nodes_fetch(app: App) {
        let mut node = tokio::process::Command::new("node");
        let output = node.args(["--input-type=module", "-e", FETCHES, &app.api_url()]).output().await.expect("Node.js");
        let heard: Value = String::from_utf8_lossy(&output.stdout).parse().unwrap_or_else(|_| panic!("{output:?}"));
        assert_eq!(heard, json!({"401 unauthorized": 30, "415 unsupported_media_type": 30}));
    }

    async fn a_dish_gets_a_picture_and_every_phone_sees_it(app: App) {
        let staff = Staff::of(&app).await;
        for (kind, format) in [("image/png", ImageFormat::Png), ("image/jpeg", ImageFormat::Jpeg), ("image/webp", ImageFormat::WebP)] {
            let kept = upload(&staff.manager, kind, file(&dish(40, 30), format)).await.expect(201);
            assert_eq!((&kept["width"], &kept["height"]), (&json!(40), &json!(30)), "{kind}");
        }
        let kept = upload(&staff.manager, "image/png", file(&dish(2000, 1000), ImageFormat::Png)).await.expect(201);
        assert_eq!((&kept["width"], &kept["height"]), (&json!(1600), &json!(800)));
        let url = text(&kept["url"]);

        let seen = app.anonymous().get(url).await;
        assert_eq!((seen.status, seen.header("content-type")), (200, Some("image/jpeg")));
        assert_eq!(seen.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(seen.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(json!(seen.bytes.len()), kept["bytes"]);
        assert_eq!(image::load_from_memory(&seen.bytes).unwrap().width(), 1600);
        let etag = seen.header("etag").unwrap();
        let again = app.anonymous().with_header("If-None-Match", etag).get(url).await;
        assert_eq!((again.status, again.bytes.len(), again.header("etag")), (304, 0, Some(etag)));
        assert_eq!(app.anonymous().with_header("If-None-Match", "\"other\"").get(url).await.status, 200);

        // The sender's word for the type is not asked for, and the same picture is the same address.
        let same = upload(&staff.manager, "application/octet-stream", file(&dish(2000, 1000), ImageFormat::WebP)).await.expect(201);
        assert_eq!(same, kept);
        assert_eq!(upload(&staff.manager, "image/webp", file(&dish(2000, 1000), ImageFormat::Png)).await.expect(201), kept);

        let cola = app.menu().await.id("Coca-Cola 500ml");
        staff.manager.patch(&format!("/api/admin/products/{cola}"), json!({"image": url})).await.expect(200);
        assert_eq!(app.menu().await.product("Coca-Cola 500ml")["image"], url);
        assert_eq!(app.sql_i64("select count(*) from audit_log where entity_type = 'product'").await, 1);
    }

    async fn transparency_stays_and_metadata_goes(app: App) {
        let manager = Staff::of(&app).await.manager;
        let clear: DynamicImage = RgbaImage::from_pixel(20, 20, Rgba([9, 9, 9, 0])).into();
        let kept = upload(&manager, "image/png", file(&clear, ImageFormat::Png)).await.expect(201);
        assert_eq!(app.anonymous().get(text(&kept["url"])).await.header("content-type"), Some("image/png"));

        // A camera's note: a quarter turn clockwise, and where it was.
        let plain = file(&dish(60, 20), ImageFormat::Jpeg);
        let exif = [b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".as_slice(), b"GPS-34.6037"].concat();
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let sent = [&plain[..2], &[0xff, 0xe1], &length, &exif, &plain[2..], b"<script>alert(1)</script>"].concat();
        let kept = upload(&manager, "image/jpeg", sent).await.expect(201);
        assert_eq!((&kept["width"], &kept["height"]), (&json!(20), &json!(60)));
        let seen = app.anonymous().get(text(&kept["url"])).await.bytes;
        for word in ["Exif", "GPS", "script"] {
            assert!(!seen.windows(word.len()).any(|bytes| bytes == word.as_bytes()), "{word} was served");
        }
    }

    async fn what_is_no_picture_is_refused_by_its_content(app: App) {
        let manager = Staff::of(&app).await.manager;
        let whole = file(&dish(200, 200), ImageFormat::Png);
        let mut bomb = file(&dish(8, 8), ImageFormat::WebP);
        bomb[21..25].copy_from_slice(&[0xfe, 0xbf, 0xff, 0x0f]);
        let refused = [
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "not_a_picture"),
            (b"MZ\x90\0 this program cannot be run".to_vec(), "not_a_picture"),
            (b"{}".to_vec(), "not_a_picture"),
            (whole[..whole.len() / 2].to_vec(), "damaged_picture"),
            (b"\x89PNG\r\n\x1a\n<script>".to_vec(), "damaged_picture"),
            (bomb, "too_many_pixels"),
            (Vec::new(), "invalid_request"),
        ];
        for (file, code) in refused {
            let error = upload(&manager, "image/png", file).await.expect(422);
            assert_eq!(error["code"], code, "{error}");
        }
        // A file says what it is, and JSON is no picture, whatever is in it.
        for kind in [
            "text/html", "image/svg+xml", "image/gif", "multipart/form-data; boundary=x", "", "application/json",
            "application/x-www-form-urlencoded",
        ] {
            let error = upload(&manager, kind, whole.clone()).await.expect(415);
            let detail = text(&error["detail"]);
            assert!(detail.contains("image/png") && detail.contains("or application/octet-stream"), "{detail}");
            assert!(!detail.contains("json"), "{detail}");
        }
        let photo = file(&dish(200, 200), ImageFormat::Jpeg);
        upload(&manager, "image/jpg", photo).await.expect(201);
        let error = manager.send(Method::POST, "/api/admin/menu/import", "", r#"{"version":1}"#).await.expect(415);
        assert_eq!(error["detail"], "Content-Type must be application/json or text/csv");
        // Four numbers, and nobody knows what they mean: behind signature and header of the PNG.
        let mut numbered = file(&dish(8, 8), ImageFormat::Png);
        numbered.splice(33..33, *b"\0\0\0\x04cICP\x09\x10\0\x01\x4d\x23\x23\xfe");
        let error = upload(&manager, "image/png", numbered).await.expect(422);
        assert!(text(&error["detail"]).contains("HDR") && error["code"] == "unknown_colors", "{error}");
        // Nothing else takes pictures.
        manager.send(Method::POST, "/api/admin/categories", "image/png", whole).await.expect(415);
    }

    async fn a_huge_upload_is_refused_unread(app: App) {
        let manager = Staff::of(&app).await.manager;
        let head = format!("POST {UPLOAD} HTTP/1.1\r\nAuthorization: Bearer {}\r\nContent-Type: image/png", manager.access_token);
        let megabytes = 50;
        let (answer, sent) = raw(&app, &format!("{head}\r\nContent-Length: {}", megabytes << 20), &[], 0).await;
        assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("body_too_large"), "{answer}");
        assert_eq!(sent, 0, "what announces itself as too long is refused before a byte of it came");
        let chunk = [b"100000\r\n".as_slice(), &vec![7; 1 << 20], b"\r\n"].concat();
        let (answer, sent) = raw(&app, &format!("{head}\r\nTransfer-Encoding: chunked"), &chunk, megabytes).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        assert!(sent < megabytes << 20, "the server read all {sent} bytes");
        let almost = upload(&manager, "image/png", vec![0x89; 5 << 20]).await.expect(422);
        assert_eq!(almost["code"], "not_a_picture");
    }

    async fn only_the_office_uploads_and_no_name_leads_elsewhere(app: App) {
        let staff = Staff::of(&app).await;
        let picture = file(&dish(10, 10), ImageFormat::Png);
        let phone = app.scan("INT-01").await;
        upload(&app.anonymous(), "image/png", picture.clone()).await.expect(401);
        upload(&phone, "image/png", picture.clone()).await.expect(401);
        for caller in [&staff.waiter, &staff.cook] {
            upload(caller, "image/png", picture.clone()).await.expect(403);
        }
        let admin = app.login("admin@demo.com", "admin123").await;
        let kept = upload(&admin, "image/png", picture).await.expect(201);
        let name = text(&kept["url"]).rsplit('/').next().unwrap().to_owned();
        let absent = format!("{}.jpg", "0".repeat(64));
        let (upper, other) = (name.to_uppercase(), name.replace(".jpg", ".png"));
        for wrong in [
            absent.as_str(), &upper, &other, "x", "..", ".", "..%2F..%2Fcomanda.db", "%2e%2e%2fcomanda.db", "..%5c..%5ccomanda.db",
            "%2Fetc%2Fpasswd", &format!("..%2Fimages%2F{name}"), &format!("{name}%00"), &format!("{name}%2F"), &format!(".{name}"),
        ] {
            let reply = app.anonymous().get(&format!("/api/public/images/{wrong}")).await;
            assert_eq!(reply.status, 404, "{wrong}: {}", reply.text());
        }
        // Two at once, the same file.
        let picture = file(&dish(900, 900), ImageFormat::Jpeg);
        let replies = harness::race(6, |_| {
            let (admin, picture) = (admin.clone(), picture.clone());
            async move { upload(&admin, "image/jpeg", picture).await.expect(201) }
        }).await;
        assert!(replies.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(app.anonymous().get(text(&replies[0]["url"])).await.status, 200);
    }

    async fn a_bucket_keeps_the_pictures_where_one_is_named(app: App = FakeStorage::options()) {
        let storage = FakeStorage::running();
        let manager = Staff::of(&app).await.manager;
        let kept = upload(&manager, "image/png", file(&dish(50, 50), ImageFormat::Png)).await.expect(201);
        let url = text(&kept["url"]);
        let name = url.rsplit('/').next().unwrap();
        assert_eq!(storage.kind_of(name).as_deref(), Some("image/jpeg"));
        let seen = app.anonymous().get(url).await;
        assert_eq!((seen.status, json!(seen.bytes.len())), (200, kept["bytes"].clone()));
        app.anonymous().get(&format!("/api/public/images/{}.jpg", "0".repeat(64))).await.expect(404);

        let refused = file(&dish(66, 6), ImageFormat::Png);
        storage.break_down(true);
        let error = upload(&manager, "image/png", refused.clone()).await.expect(503);
        assert!(!error.to_string().contains("hush"), "{error}");
        app.anonymous().get(url).await.expect(503);
        storage.break_down(false);
        upload(&manager, "image/png", refused).await.expect(201);
    }
}
