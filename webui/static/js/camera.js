// The camera as a scanner, where there is one: loaded on demand, looked through until a code is seen.
const box = document.getElementById("camera"), video = box.querySelector("video"), button = box.querySelector("button");
const said = box.querySelector("[role=status]");

const devices = await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? [];
box.hidden = !devices.some(device => device.kind === "videoinput");

button.addEventListener("click", async () => {
  button.hidden = true;
  try {
    const { BarcodeDetector, prepareZXingModule } = await import("barcode-detector");
    prepareZXingModule({ overrides: { locateFile: (path, folder) => path.endsWith(".wasm") ? box.dataset.wasm : folder + path } });
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 } }, audio: false });
    video.hidden = false;
    await video.play();
    await see(new BarcodeDetector({ formats: ["qr_code", "code_128", "code_39"] }));
  } catch {
    stop();
    said.textContent = box.dataset.refused;
  }
});

const stays = "stays" in box.dataset; // one label after the other is read, each once in a row
const CLOSER = 15; // looks of our own between two by the service, which reads paler and more crumpled slips

async function see(detector) {
  let before = "";
  for (let looks = 1; video.srcObject; looks += 1) {
    const [found] = await detector.detect(video);
    const code = found?.rawValue || (looks % CLOSER ? "" : await lookCloser());
    if (code && video.srcObject && code !== before) {
      const form = document.getElementById("scan");
      form.elements.code.value = code;
      if (!stays) stop();
      form.requestSubmit();
      if (!stays) return;
      before = code;
      navigator.vibrate?.(60);
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

async function lookCloser() {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext("2d").drawImage(video, 0, 0);
  const sent = new FormData(document.getElementById("scan"));
  sent.set("picture", await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 }));
  const answer = await fetch(box.dataset.closer, { method: "POST", body: sent }).catch(() => null);
  return answer?.status === 200 ? answer.text() : "";
}

function stop() {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
  video.hidden = true;
}
