//! What every printed page has in common: the paper's width and the looks.

use crate::page::Page;
use maud::Markup;

const STYLE: &str = "body{font:13px/1.4 ui-monospace,monospace;max-width:72mm;margin:4mm auto;color:#000}\
h1{font-size:16px;text-align:center;margin:0}h2{font-size:13px;margin:8px 0 0}p{text-align:center;margin:2px 0}\
table{width:100%;border-collapse:collapse;margin-top:6px}\
td{vertical-align:top;padding:1px 0}td:last-child{text-align:right;white-space:nowrap;padding-left:6px}\
tbody{border-top:1px dashed #000}.sum td{font-weight:bold;font-size:15px}small{display:block}@page{margin:0}\
.kitchen td{font-size:16px;font-weight:bold;text-align:left;white-space:normal}.kitchen small{font-weight:normal}\
.void td{text-decoration:line-through;font-weight:normal}";

/// A page of 80 mm that loads nothing.
pub(super) fn page(title: &str, body: &Markup) -> Page {
    Page::new(title, STYLE, body)
}
