import CCRNN
import CCRNNImage

/// Writes pixels as frames, one after another: for columns with the two axes exchanged, else as they lie. `mask` 255 inverts.
func layOut(_ pixels: Pixels, _ layout: crnn_image_layout, mask: UInt8, to output: UnsafeMutablePointer<UInt8>) {
  let channels = pixels.channels
  let isColumns = layout == CRNN_IMAGE_COLUMNS
  let step = isColumns ? pixels.height &* channels : channels
  var y = 0
  while y < pixels.height {
    let row = pixels.row(y)
    var target = output + (isColumns ? y &* channels : y &* pixels.width &* channels)
    var x = 0
    while x < pixels.width {
      var channel = 0
      while channel < channels {
        target[channel] = row[x &* channels &+ channel] ^ mask
        channel &+= 1
      }
      target += step
      x &+= 1
    }
    y &+= 1
  }
}
