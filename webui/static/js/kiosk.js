// What every kiosk screen does: no way out of it, one tap is one tap, and a lost connection loses nothing.
import "loket/idle";
import "loket/scan";

for (const way of ["contextmenu", "dragstart", "gesturestart"]) addEventListener(way, event => event.preventDefault());
addEventListener("pageshow", event => { if (event.persisted) location.reload(); }); // never a page kept from an earlier visitor

const offline = document.getElementById("offline");
let going = false, leaving = false;

async function answers() {
  try {
    return (await fetch(document.body.dataset.alive, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    return false;
  }
}

setInterval(answers, 60000); // the desk sees that this screen is on

// A browser that cannot reach the server throws the page away, and what was typed with it: so ask first, then leave, once.
async function leave(event, proceed) {
  if (event.defaultPrevented || leaving) return;
  event.preventDefault();
  if (going) return;
  going = true;
  const answered = await answers();
  offline.hidden = answered;
  leaving = true;
  if (answered) proceed();
  leaving = false;
  going = answered;
}

document.addEventListener("submit", event => {
  const { target: form, submitter } = event;
  const back = form.elements.back;
  if (back && form.id === "util" && location.search) back.value = location.pathname + location.search;
  leave(event, () => form.requestSubmit(submitter));
});
document.addEventListener("click", event => {
  const link = event.target.closest("a[href]");
  if (link) leave(event, () => link.id === "go-back" && history.length > 1 ? history.back() : location.assign(link.href));
});
document.addEventListener("invalid", event => { // the keyboard of this page comes up, not the browser's own bubble in its own language
  event.preventDefault();
  event.target.focus();
}, { capture: true });
document.addEventListener("htmx:sendError", () => { offline.hidden = false; });
document.addEventListener("htmx:afterOnLoad", () => { offline.hidden = true; });
