// The hands at the scanner: keys and dragging on the strip of pages, and the picture: it follows the scan until a page is chosen.
import Sortable from "sortablejs";

const strip = document.getElementById("strip");
const chosen = () => document.getElementById("chosen");
const following = () => !new URLSearchParams(location.search).has("page");
const zoomed = () => document.querySelector(".is-zoomed");
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

// The server sends of the strip what has changed: the pages after that have other numbers.
function number() {
  strip.querySelectorAll(".place").forEach((place, before) => {
    const now = String(before + 1);
    if (place.textContent !== now) place.textContent = now;
  });
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
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=checkbox], [type=radio]), select, textarea")) return;
  const left = event.key === "ArrowLeft", right = event.key === "ArrowRight";
  let done = false;
  if (event.key === "Delete") done = press("remove");
  else if (event.key === "Escape" && zoomed()) done = press("zoom");
  else if ((left || right) && !event.target.closest("[type=radio], .is-zoomed")) {
    done = event.shiftKey ? press(left ? "move-before" : "move-after") : choose(left ? -1 : 1);
  } else if (event.key.toLowerCase() === "j" && localStorage.getItem("keys") !== "off") chooseRemarkable();
  if (done) event.preventDefault();
});

// The server is told which page is looked at, and the live part what is on the strip: so that none is missed, whatever drew it last.
document.addEventListener("htmx:configRequest", ({ detail: { elt, parameters } }) => {
  if (!elt.closest("#live, #how")) return;
  const polls = elt.id === "live";
  if (polls) parameters.after = String(Math.max(0, ...[...strip.children].map((page) => Number(page.dataset.number))));
  if (!following()) {
    if (!polls || !zoomed()) parameters.page = chosen().dataset.page;
  } else if (polls) parameters.follow = "1";
});
// Where a scan begins it is followed, and what it was aimed at is done with.
document.addEventListener("htmx:afterRequest", ({ detail: { successful, requestConfig } }) => {
  if (successful && /\/(scan|backs|go-on)$/.test(requestConfig.path)) history.replaceState(null, "", location.pathname);
});
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (target.id === "chosen") { // while pages come quickly, a picture stays until it has been seen
    const picture = target.querySelector("img");
    if (zoomed() || (picture && !picture.complete)) event.detail.shouldSwap = false;
  } else if (target === strip || target.parentElement === strip) { // a page stands on the strip once, and without what a drag left on it
    for (const page of strip.querySelectorAll("[style]")) page.removeAttribute("style");
    for (const page of fragment.querySelectorAll("li")) if (page.id !== target.id) document.getElementById(page.id)?.remove();
  }
});
// Somebody else has arranged the pages, or two acts overtook each other: the strip is drawn anew, and a choice of how to scan stays.
document.addEventListener("htmx:oobErrorNoTarget", () => {
  htmx.ajax("GET", location.pathname, { target: "#live", swap: "outerHTML", values: { changed: "order" } });
});
let held = "";
document.addEventListener("htmx:beforeSwap", () => { held = document.activeElement?.closest("#strip > li")?.id ?? held; });
document.addEventListener("htmx:afterSettle", () => {
  number();
  const link = mark();
  if (held && document.activeElement === document.body) document.querySelector(`#${held} a`)?.focus({ preventScroll: true });
  held = "";
  show(link);
  lookClosely();
});
show(mark());

// A press on the picture shows that spot at 100 %. There it moves under the mouse; by finger and arrow keys the browser moves it.
let spot = [0.5, 0], close = null, grip = null;
function lookClosely() {
  const view = zoomed();
  if (view && view !== close) {
    view.scrollTo(spot[0] * view.scrollWidth - view.clientWidth / 2, spot[1] * view.scrollHeight - view.clientHeight / 2);
    view.focus({ preventScroll: true });
  }
  close = view;
  spot = [0.5, 0];
}
document.addEventListener("click", ({ target, clientX, clientY }) => {
  if (!target.matches(".view:not(.is-zoomed) img")) return;
  const box = target.getBoundingClientRect();
  spot = [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
  press("zoom");
});
document.addEventListener("pointerdown", (event) => {
  const view = event.target.closest(".is-zoomed");
  if (!view || event.pointerType !== "mouse" || event.button) return;
  grip = { view, x: event.clientX + view.scrollLeft, y: event.clientY + view.scrollTop };
  view.setPointerCapture(event.pointerId);
});
document.addEventListener("pointermove", (event) => { grip?.view.scrollTo(grip.x - event.clientX, grip.y - event.clientY); });
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => { grip = null; });
lookClosely();

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
