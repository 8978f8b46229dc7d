// QR codes from the camera or a photo, by the browser's own reader where there is one.
import jsQR from 'jsqr'

interface Detector { detect(source: CanvasImageSource): Promise<{ rawValue: string }[]> }
type DetectorClass = { new (options: { formats: string[] }): Detector }

const side_max = 1600

function pixels(source: CanvasImageSource, width: number, height: number): ImageData {
  const scale = Math.min(1, side_max / Math.max(width, height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(width * scale))
  canvas.height = Math.max(1, Math.round(height * scale))
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('canvas')
  context.drawImage(source, 0, 0, canvas.width, canvas.height)
  return context.getImageData(0, 0, canvas.width, canvas.height)
}

async function read(source: CanvasImageSource, width: number, height: number): Promise<string | undefined> {
  const known = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector
  if (known) {
    try {
      const found = await new known({ formats: ['qr_code'] }).detect(source)
      if (found[0]) return found[0].rawValue
    } catch {
      // Some systems name the reader but lack it: the page's own follows.
    }
  }
  const image = pixels(source, width, height)
  return jsQR(image.data, image.width, image.height)?.data
}

export async function readPhoto(file: Blob): Promise<string | undefined> {
  const image = await createImageBitmap(file)
  try {
    return await read(image, image.width, image.height)
  } finally {
    image.close()
  }
}

/** Shows the camera in `video` until a code is read or stop() is called. */
export function scan(video: HTMLVideoElement, done: (text: string) => void, failed: () => void): () => void {
  let stopped = false
  let stream: MediaStream | undefined
  const stop = () => {
    stopped = true
    stream?.getTracks().forEach((track) => track.stop())
    video.srcObject = null
  }
  const look = async () => {
    if (stopped) return
    if (video.videoWidth) {
      const text = await read(video, video.videoWidth, video.videoHeight)
      if (stopped) return
      if (text) {
        stop()
        done(text)
        return
      }
    }
    setTimeout(() => void look(), 120)
  }
  const start = async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1920 } } })
      if (stopped) return stop()
      video.srcObject = stream
      await video.play()
      void look()
    } catch {
      stop()
      failed()
    }
  }
  void start()
  return stop
}
