// The hands at the scanner: keys and dragging on the strip of pages, and a picture that follows the scan until a page is chosen.
import Sortable from "sortablejs";

const strip = document.getElementById("strip");
const chosen = () => document.getElementById("chosen");
const following = () => !new URLSearchParams(location.search).has("page");
const STILL = 200; // milliseconds that a finger rests on a page before it is dragged, and not the strip

function mark() {
  strip.querySelector("[aria-current]")?.removeAttribute("aria-current");
  const link = document.querySelector(`#page-${chosen().dataset.page} a`);
  link?.setAttribute("aria-current", "true");
  return link;
}

// Into view within the strip alone: the page stays where it is.
function show(link) {
  if (!link) return;
  const box = link.getBoundingClientRect(), frame = strip.getBoundingClientRect();
  const outside = (start, end, from, to) => (start < from ? start - from : end > to ? end - to : 0);
  strip.scrollBy(outside(box.left, box.right, frame.left, frame.right), outside(box.top, box.bottom, frame.top, frame.bottom));
}

const at = (pages) => pages.findIndex((page) => page.querySelector("[aria-current]"));

function choose(step) {
  const pages = [...strip.children];
  const next = pages[at(pages) + step]?.querySelector("a");
  if (next) next.click();
  return Boolean(next);
}

function chooseRemarkable() {
  const pages = [...strip.children], from = at(pages) + 1;
  [...pages.slice(from), ...pages.slice(0, from)].find((page) => page.matches(".is-look, .is-again"))?.querySelector("a").click();
}

function press(id) {
  const button = document.getElementById(id);
  if (button && !button.disabled) button.click();
  return Boolean(button);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea, dialog[open], .is-zoomed") || document.querySelector("dialog[open]")) return;
  const left = event.key === "ArrowLeft", right = event.key === "ArrowRight";
  let done = false;
  if (event.key === "Delete") done = press("remove");
  else if (left || right) done = event.shiftKey ? press(left ? "move-before" : "move-after") : choose(left ? -1 : 1);
  else if (event.key.toLowerCase() === "j" && localStorage.getItem("keys") !== "off") chooseRemarkable();
  if (done) event.preventDefault();
});

// The live part is told what is on the strip, and which page is looked at: so that none is missed, whatever drew it last.
document.addEventListener("htmx:configRequest", ({ detail: { elt, parameters } }) => {
  if (elt.id !== "live") return;
  parameters.after = String(Math.max(0, ...[...strip.children].map((page) => Number(page.dataset.number))));
  if (following()) parameters.follow = "1";
  else if (!document.querySelector(".is-zoomed")) parameters.page = chosen().dataset.page;
});
// While pages come quickly, a picture stays until it has been seen.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const picture = event.detail.target?.id === "chosen" && event.detail.target.querySelector("img");
  if (picture && !picture.complete) event.detail.shouldSwap = false;
});
let held = "";
document.addEventListener("htmx:beforeSwap", () => { held = document.activeElement?.closest("#strip > li")?.id ?? held; });
document.addEventListener("htmx:afterSettle", () => {
  const link = mark();
  if (held && document.activeElement === document.body) document.querySelector(`#${held} a`)?.focus({ preventScroll: true });
  held = "";
  show(link);
});
show(mark());

// Dragging, by mouse and by finger.
if (strip.dataset.move) {
  Sortable.create(strip, {
    animation: 120, delay: STILL, delayOnTouchOnly: true, ghostClass: "is-dragged",
    onEnd({ item, oldIndex, newIndex }) {
      if (oldIndex === newIndex) return;
      const token = document.querySelector("input[name=csrf_token]").value;
      htmx.ajax("POST", `${strip.dataset.move}${item.dataset.page}/move`,
        { target: "#chosen", swap: "outerHTML", values: { csrf_token: token, before: item.nextElementSibling?.dataset.page ?? "" } });
    },
  });
}
