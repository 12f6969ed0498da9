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

async function see(detector) {
  while (video.srcObject) {
    const [code] = await detector.detect(video);
    if (code) {
      stop();
      const form = document.getElementById("scan");
      form.elements.code.value = code.rawValue;
      return form.requestSubmit();
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

function stop() {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
  video.hidden = true;
}
