// Two phones at one table, each a browser of its own: what one sends takes its own lines and leaves the other's.
//
//   node shared_cart.mjs CHROMIUM API WS SOUP PASTA
//
// Prints what each phone showed after each step, as JSON, for tests/peers/browsers.rs to judge.
import { readFile } from "node:fs/promises";
import { chromium } from "playwright-core";

const [executablePath, api, ws, soup, pasta] = process.argv.slice(2);
// The origin of the diner app, which the server lets in; its page is ours.
const origin = "http://localhost:5176";
const page = await readFile(new URL("phone.html", import.meta.url), "utf8");
// A page that is made up here comes from no address, which Chromium takes for one out in the Internet, and such a page
// may not speak with this machine.
const args = ["--no-sandbox", "--disable-features=LocalNetworkAccessChecks"];
const browser = await chromium.launch({ executablePath, args });

async function phone(name, product, quantity) {
  const context = await browser.newContext();
  const tab = await context.newPage();
  tab.on("pageerror", error => console.error(`${name}: ${error}`));
  await tab.route(`${origin}/**`, route => route.fulfill({ contentType: "text/html", body: page }));
  await tab.goto(`${origin}/?${new URLSearchParams({ api, ws, name, product, quantity })}`);
  await tab.waitForSelector("body[data-ready=yes]");
  return tab;
}

const shows = async tab => tab.locator("#cart li").allTextContents();

/** Waits until every phone shows these lines and no others; what they show in the end, in any case. */
async function all(tabs, lines) {
  const deadline = Date.now() + 20_000;
  let shown;
  do {
    shown = await Promise.all(tabs.map(shows));
    if (shown.every(cart => JSON.stringify(cart) === JSON.stringify(lines))) break;
    await tabs[0].waitForTimeout(50);
  } while (Date.now() < deadline);
  return shown;
}

const tabs = [await phone("Ana", soup, 2), await phone("Beto", pasta, 3)];
const steps = {};
await tabs[0].click("#add");
await all(tabs, [`${soup} x 2`]);
await tabs[1].click("#add");
steps.both_added = await all(tabs, [`${soup} x 2`, `${pasta} x 3`]);
await tabs[0].click("#send-mine");
steps.ana_sent_hers = await all(tabs, [`${pasta} x 3`]);
await tabs[0].click("#add");
steps.ana_added_again = await all(tabs, [`${soup} x 2`, `${pasta} x 3`]);
await Promise.all(tabs.map(tab => tab.click("#send-all")));
steps.both_sent_all = await all(tabs, []);
await Promise.all(tabs.map(tab => tab.waitForSelector("body[data-sent]")));
steps.rounds = await Promise.all(tabs.map(tab => tab.evaluate(() => JSON.parse(document.body.dataset.sent).round_number)));
console.log(JSON.stringify(steps));
await browser.close();
