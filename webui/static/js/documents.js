// The hands at a document: the page beside what was read from it, confirmed one after another; what is typed outlives every renewal.
import { keyed, renew, show } from "loket/leaf";

const cards = () => [...document.querySelectorAll(".claim")];
const open = (card) => card && !card.matches(".is-sworn");
const control = (card) => card.querySelector("select, textarea, input.input");

// --- the fields -----------------------------------------------------------------------------------------------------------------

document.addEventListener("focusin", ({ target }) => {
  const card = target.closest(".claim");
  if (card?.dataset.page) show(Number(card.dataset.page), card);
});

function goTo(card, by) {
  if (card.matches(".is-sworn")) card.focus({ preventScroll: true });
  else (by === "button" ? card.querySelector(".sworn .button") : control(card)).focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

// The next one that nobody has confirmed, after `card` and round.
function next(card) {
  const all = cards(), from = all.indexOf(card) + 1;
  return [...all.slice(from), ...all.slice(0, from)].find(open);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  const { target, key } = event, card = target.closest(".claim"), field = target.closest("select, textarea, input");
  let done = true;
  if (field) {
    if (key === "Escape" && card) card.focus({ preventScroll: true });
    else if (key === "Enter" && card && event.repeat) ; // a key held down confirms one field, not all
    else if (key === "Enter" && card && !field.matches("input")) field.form.requestSubmit();
    else done = false;
  } else if (key === "Enter" && target === card) {
    const change = card.querySelector("details");
    if (change) change.open = true;
    control(card).focus();
  } else if (localStorage.getItem("keys") === "off") done = false;
  else if (key.toLowerCase() === "j") { const to = next(card); if (to) goTo(to); }
  else if (key.toLowerCase() === "b" && card) card.querySelector(".take-back button")?.click();
  else done = keyed(key);
  if (done) event.preventDefault();
});

// --- what comes from the server -------------------------------------------------------------------------------------------------

const touched = (card) => {
  const field = control(card);
  const given = field.matches("select") ? [...field.options].find((each) => each.defaultSelected)?.value ?? "" : field.defaultValue;
  return field.value !== given || field.getAttribute("aria-invalid") || card.contains(document.activeElement);
};
let answered = null, held = null;

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.target.matches?.(".claim")) return;
  if (detail.xhr.status === 422) [detail.shouldSwap, detail.isError] = [true, false]; // said at the field
  answered = { id: detail.target.id, kept: detail.xhr.status < 400, took: detail.requestConfig.path.endsWith("/take-back"),
    by: document.activeElement?.matches("button") ? "button" : "key" };
});
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail, anew = fragment.querySelector(`#${target.id}`) ?? fragment;
  if (target.id === "leaves") event.detail.shouldSwap = target.dataset.of !== anew.dataset.of;
  else if (target.id === "state") event.detail.shouldSwap = target.textContent.trim() !== anew.textContent.trim();
  else if (target.id === "claims") {
    const mine = cards().filter(touched);
    if (mine.some((card) => !anew.querySelector(`#${card.id}`))) event.detail.shouldSwap = false;
    else {
      held = document.activeElement;
      for (const card of mine) anew.querySelector(`#${card.id}`).replaceWith(card);
    }
  }
});
document.addEventListener("htmx:afterSettle", () => {
  if (held?.isConnected && document.activeElement === document.body) held.focus({ preventScroll: true });
  held = null;
  renew();
  const card = answered && document.getElementById(answered.id);
  if (card) {
    const { kept, took, by } = answered, to = kept && !took ? next(card) : card;
    answered = null;
    goTo(to ?? card, kept ? by : "key");
    if (!kept) control(card).select?.();
    else if (!to) document.getElementById("about").scrollIntoView({ block: "nearest" }); // all is confirmed: what became of it
  }
});

const first = cards().find((card) => card.querySelector("[aria-invalid]")) ?? cards().find((card) => open(card) && card.dataset.page);
if (first) show(Number(first.dataset.page || at), first);
