// The hands at a verification: claim after claim by Enter or a finger, each beside its place on the page; nothing is confirmed unseen.
import { keyed, renew, show } from "loket/leaf";

const cards = () => [...document.querySelectorAll("#claims > .claim")];
const isOpen = (card) => !card.matches(".is-sworn");
const first = () => cards().find(isOpen);

// The claim that is looked at now: marked, and its place shown on the page.
function mark(card) {
  for (const each of cards()) each.removeAttribute("aria-current");
  card.setAttribute("aria-current", "true");
  if (card.dataset.page) show(Number(card.dataset.page), card);
}

function goTo(card) {
  (card.querySelector(".confirm") ?? card).focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

// The next open one after `card` and round; where none is left, what finishes it.
function goOn(card) {
  const all = cards(), from = all.indexOf(card) + 1, next = [...all.slice(from), ...all.slice(0, from)].find(isOpen);
  if (next) goTo(next);
  else document.querySelector("#ready .button")?.focus();
}

document.addEventListener("focusin", ({ target }) => {
  const card = target.closest(".claim");
  if (card) mark(card);
});

const KEYS = {
  e: (card) => {
    const mend = card?.querySelector(".mend");
    if (mend) mend.open = true;
    mend?.querySelector("select, textarea, input:not([type=hidden])").focus();
  },
  q: (card) => card?.querySelector(".not-so")?.click(),
  b: (card) => card?.querySelector(".take-back")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  const { target, key } = event, card = target.closest(".claim"), letter = key.toLowerCase();
  let done = true;
  if (target.closest("select, textarea, input")) {
    if (key === "Escape" && card) card.focus({ preventScroll: true });
    else done = false;
  } else if (key === "Enter" && event.repeat) ; // a key held down confirms one line, not all
  else if (key === "Enter" && target === card && isOpen(card)) card.querySelector(".confirm")?.click();
  else if (key === "Enter" && !target.closest("a, button, summary")) goOn(null);
  else if (card && (key === "ArrowDown" || key === "ArrowUp")) {
    const all = cards(), to = all[all.indexOf(card) + (key === "ArrowDown" ? 1 : -1)];
    if (to) goTo(to);
  } else if (localStorage.getItem("keys") === "off") done = false;
  else if (/^[0-9]$/.test(key)) { const to = cards()[(Number(key) || 10) - 1]; if (to) goTo(to); }
  else if (KEYS[letter]) KEYS[letter](card ?? document.querySelector(".claim[aria-current]"));
  else done = keyed(key);
  if (done) event.preventDefault();
});

let answered = null;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const card = detail.requestConfig.elt.closest(".claim");
  if (card && detail.xhr.status < 400) answered = { id: card.id, back: detail.requestConfig.elt.querySelector(".take-back") };
});
document.addEventListener("htmx:afterSettle", () => {
  renew();
  const card = answered && document.getElementById(answered.id);
  if (!card) return;
  const { back } = answered;
  answered = null;
  if (back) goTo(card);
  else goOn(card);
});
document.addEventListener("htmx:responseError", () => { // after what is said of it: the page as it is by now
  document.getElementById("refused")?.addEventListener("close", () => location.reload());
});

const wrong = document.querySelector(".pane [aria-invalid]");
if (first()) mark(first());
wrong?.focus();
