// The officer's hands: keys, the scanner at any moment, and a live page that keeps focus and scroll where they are.
import { hear } from "loket/wedge";

const body = document.body;
// A letter alone, with no other close to it, is a key of its own; several close together are a scanner's.
const ALONE = 100; // milliseconds
let last = -Infinity, waiting = 0;
const typing = (element) => element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

function keysAreOn() {
  return localStorage.getItem("keys") !== "off";
}

function press(key) {
  const button = [...document.querySelectorAll(`[data-key="${key}"]`)].find((each) => !each.disabled && each.offsetParent);
  if (button) button.click();
}

function move(step) {
  const buttons = [...document.querySelectorAll(".wait button")];
  if (!buttons.length) return false;
  const at = buttons.indexOf(document.activeElement);
  buttons[at < 0 ? (step > 0 ? 0 : buttons.length - 1) : Math.min(Math.max(at + step, 0), buttons.length - 1)].focus();
  return true;
}

function actOn(key) {
  if (key === "/") document.getElementById("find")?.focus();
  else if (key === "?") document.getElementById("keys")?.showModal();
  else if (keysAreOn()) press(key.toLowerCase());
}

function scanned(code) {
  last = -Infinity;
  const box = document.querySelector(`input[type=checkbox][data-code="${CSS.escape(code.toUpperCase())}"]`);
  if (box) {
    box.checked = true;
    box.focus();
    return;
  }
  const form = document.querySelector("form[data-takes-scan]");
  if (form) {
    form.querySelector("input[name=q]").value = code;
    form.requestSubmit();
  } else if (body.dataset.scan) location.assign(`${body.dataset.scan}?code=${encodeURIComponent(code)}`);
}

const free = (event) => !typing(event.target) && !document.querySelector("dialog[open]");
hear(scanned, free);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !free(event)) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (move(event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
  } else if (event.key.length === 1) {
    clearTimeout(waiting);
    if (event.key === "/") event.preventDefault();
    if (event.timeStamp - last > ALONE) waiting = setTimeout(() => actOn(event.key), ALONE);
    last = event.timeStamp;
  }
});

// The live page: the part that renews itself must not move under the officer's hand.
let down = false, focused = "";
addEventListener("pointerdown", () => { down = true; });
addEventListener("pointerup", () => { setTimeout(() => { down = false; }, 50); });

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (new URL(xhr.responseURL, location.href).pathname === body.dataset.signIn) {
    event.detail.shouldSwap = false;
    location.reload();
  } else if (requestConfig.verb === "get" && down && !requestConfig.triggeringEvent) event.detail.shouldSwap = false;
  focused = document.activeElement?.id || "";
});
document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement === body && focused && !document.getElementById(focused)) document.querySelector(".wait button")?.focus();
  openedByScript();
});

// What was refused is said where the officer is looking, and the page stays.
document.addEventListener("htmx:responseError", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (requestConfig.verb === "get") return;
  const refusal = new DOMParser().parseFromString(xhr.responseText, "text/html").getElementById("refusal");
  if (!refusal) {
    location.reload();
    return;
  }
  const dialog = document.createElement("dialog");
  dialog.id = "refused";
  refusal.querySelectorAll("p.line a").forEach((link) => link.addEventListener("click", (click) => { click.preventDefault(); dialog.close(); }));
  refusal.querySelectorAll("p.line a + a").forEach((link) => link.remove());
  dialog.append(refusal);
  dialog.addEventListener("close", () => { dialog.remove(); });
  body.append(dialog);
  dialog.showModal();
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (form.matches?.("form[data-clears]")) {
    form.reset();
    form.elements.code.value = "";
    form.querySelector("input[name=q]").focus();
  }
  const away = document.getElementById("away");
  if (away) away.hidden = Boolean(event.detail.xhr.status);
});

// Buttons that only a script can serve are hidden until there is one.
function openedByScript() {
  for (const button of document.querySelectorAll("[data-opens], [data-print]")) button.hidden = false;
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("button, summary");
  if (button?.dataset.opens) document.getElementById(button.dataset.opens).showModal();
  if (button && "print" in button.dataset) print();
  if (button?.dataset.ask && !confirm(button.dataset.ask)) event.preventDefault();
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
});

// What is written into the fields of a choice chooses it.
document.addEventListener("input", (event) => {
  const choice = event.target.closest("[data-chooses]")?.dataset.chooses;
  if (choice) document.getElementById(choice).checked = true;
});

const keysOn = document.getElementById("keys-on");
if (keysOn) {
  keysOn.checked = keysAreOn();
  keysOn.addEventListener("change", () => localStorage.setItem("keys", keysOn.checked ? "on" : "off"));
}

openedByScript();
const address = new URL(location.href);
if (address.searchParams.has("done")) { // said once: a reload or "back" does not say it again
  address.searchParams.delete("done");
  history.replaceState(null, "", address);
}
