// When nobody is there any more: ask, count down, then forget everything, whatever is open and whether or not the server answers.
const { idle, grace, closing, wipe, attract } = document.body.dataset;
const dialog = document.getElementById("idle"), count = document.getElementById("idle-count");
const ring = dialog.querySelector(".left");
let last = Date.now(), over = false;

function stay() {
  last = Date.now();
  if (dialog.open) dialog.close();
}

async function end() {
  over = true;
  const offline = document.getElementById("offline");
  document.body.replaceChildren(offline); // what stood here is gone at once, also while the network is away
  try {
    const answer = await fetch(wipe, { method: "POST", redirect: "manual", signal: AbortSignal.timeout(5000) });
    if (answer.type === "opaqueredirect" || answer.status < 500) return location.replace(attract);
  } catch {
    offline.hidden = false;
  }
  setTimeout(end, 3000);
}

function look() {
  if (over) return;
  const quiet = (Date.now() - last) / 1000;
  if (closing) {
    document.getElementById("closing").textContent = Math.max(0, Math.ceil(closing - quiet));
    if (quiet >= closing) end();
  } else if (quiet >= Number(idle) + Number(grace) || (quiet >= idle && document.body.classList.contains("attract"))) {
    end();
  } else if (quiet >= idle) {
    const left = Math.ceil(Number(idle) + Number(grace) - quiet);
    count.textContent = left;
    ring.setAttribute("stroke-dasharray", `${100 * left / grace} 100`);
    if (!dialog.open) dialog.showModal();
  }
}

if (Number(idle) || closing) {
  setInterval(look, 250);
  const here = () => { if (!dialog.open && !closing) last = Date.now(); };
  for (const sign of ["pointerdown", "keydown", "wheel", "touchmove"]) addEventListener(sign, here, { passive: true, capture: true });
  document.getElementById("idle-stay").addEventListener("click", stay);
  dialog.addEventListener("cancel", stay);
}
