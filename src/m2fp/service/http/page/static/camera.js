/** Photos from a camera: a phone's own program, or a small window with what the camera sees. */

import { byId, show } from "./dom.js";
import { newCanvas } from "./painter.js";

/** @param {(files: File[]) => void} onFiles */
export function takePhotos(onFiles) {
  const dialog = byId("camera-dialog", HTMLDialogElement);
  const video = byId("camera-view", HTMLVideoElement);
  const refused = byId("camera-refused", HTMLElement);
  const shoot = byId("camera-shoot", HTMLButtonElement);
  const phone = byId("phone-camera", HTMLInputElement);
  phone.addEventListener("change", () => {
    onFiles([...(phone.files ?? [])]);
    phone.value = "";
  });
  byId("camera", HTMLButtonElement).addEventListener("click", async () => {
    // Browsers give the camera to safe addresses only; a phone's program works on all.
    const alone = !navigator.mediaDevices?.getUserMedia;
    if (alone || matchMedia("(pointer: coarse)").matches) return phone.click();
    show(refused, false);
    shoot.disabled = true;
    dialog.showModal();
    try {
      const wish = { video: { width: { ideal: 1920 }, height: { ideal: 1080 } } };
      const stream = await navigator.mediaDevices.getUserMedia(wish);
      if (!dialog.open) return stop(stream);
      video.srcObject = stream;
      await video.play();
      shoot.disabled = false;
    } catch {
      show(refused, true);
    }
  });
  shoot.addEventListener("click", () => {
    const [canvas, context] = newCanvas(video.videoWidth, video.videoHeight);
    context.drawImage(video, 0, 0);
    dialog.close();
    canvas.toBlob(
      (blob) => blob && onFiles([new File([blob], "camera.jpg", { type: "image/jpeg" })]),
      "image/jpeg",
      0.92,
    );
  });
  byId("camera-close", HTMLButtonElement).addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    stop(/** @type {MediaStream | null} */ (video.srcObject));
    video.srcObject = null;
  });
}

/** @param {MediaStream | null} stream */
function stop(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
