// The hands at the scanner: keys and dragging on the strip of pages, and a picture that follows the scan until a page is chosen.
const strip = document.getElementById("strip");
const chosen = () => document.getElementById("chosen");
const following = () => !new URLSearchParams(location.search).has("page");

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

function choose(step) {
  const pages = [...strip.children], at = pages.findIndex((page) => page.querySelector("[aria-current]"));
  const next = pages[at + step]?.querySelector("a");
  if (next) next.click();
  return Boolean(next);
}

function press(id) {
  const button = document.getElementById(id);
  if (button && !button.disabled) button.click();
  return Boolean(button);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, dialog[open], .is-zoomed") || document.querySelector("dialog[open]")) return;
  const left = event.key === "ArrowLeft", right = event.key === "ArrowRight";
  let done = false;
  if (event.key === "Delete") done = press("remove");
  else if (left || right) done = event.shiftKey ? press(left ? "move-before" : "move-after") : choose(left ? -1 : 1);
  if (done) event.preventDefault();
});

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.id === "live" && following()) event.detail.parameters.follow = "1";
});
document.addEventListener("htmx:afterSettle", () => show(mark()));
show(mark());

// Dragging: before the page under the pointer in its left half (or upper, where the strip is one page wide), otherwise after it.
let dragged = null;
const under = (event) => event.target.closest?.("#strip > li");
function before(event, page) {
  const box = page.getBoundingClientRect();
  return event.clientX < box.left + box.width / 2 ? page : page.nextElementSibling;
}
function clear() {
  for (const page of strip.querySelectorAll(".drop-before, .drop-after")) page.classList.remove("drop-before", "drop-after");
}

if (strip.dataset.move) {
  strip.addEventListener("dragstart", (event) => {
    dragged = under(event);
    event.dataTransfer.effectAllowed = "move";
  });
  strip.addEventListener("dragover", (event) => {
    const page = under(event);
    if (!dragged || !page) return;
    event.preventDefault();
    clear();
    if (page !== dragged) page.classList.add(before(event, page) === page ? "drop-before" : "drop-after");
  });
  strip.addEventListener("drop", (event) => {
    const page = under(event);
    clear();
    if (!dragged || !page || page === dragged) return;
    event.preventDefault();
    const token = document.querySelector("input[name=csrf_token]").value;
    htmx.ajax("POST", `${strip.dataset.move}${dragged.dataset.page}/move`,
      { target: "#chosen", swap: "outerHTML", values: { csrf_token: token, before: before(event, page)?.dataset.page ?? "" } });
  });
  strip.addEventListener("dragend", () => { dragged = null; clear(); });
}
