// A drawing as the digits network takes it: 28 columns of 28 bytes, 0 paper and 255 ink. The ink is brought to a box of 20 pixels and its
// centre of mass to the middle, as the images of MNIST were (LeCun, Cortes, Burges, "The MNIST database of handwritten digits").

const SIZE = 28;
const BOX = 20;

/** Of an ImageData, dark on light; null where there is no ink. */
export function pixelsOf({ data, width, height }) {
  const ink = new Float32Array(width * height);
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      const dark = 1 - (data[at] + data[at + 1] + data[at + 2]) / 765;
      ink[y * width + x] = dark;
      if (dark < 0.1) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
  }
  if (right < 0) return null;

  // The mean of the ink over a pixel's area, of the box placed at (`dx`, `dy`).
  const scale = Math.max(right - left + 1, bottom - top + 1) / BOX;
  const [middleX, middleY] = [(left + right + 1) / 2, (top + bottom + 1) / 2];
  function draw(dx, dy) {
    const pixels = new Float32Array(SIZE * SIZE);
    for (let row = 0; row < SIZE; row++) {
      for (let column = 0; column < SIZE; column++) {
        const x0 = middleX + (column - SIZE / 2 + dx) * scale;
        const y0 = middleY + (row - SIZE / 2 + dy) * scale;
        let [sum, count] = [0, 0];
        for (let y = Math.floor(y0); y < Math.max(y0 + scale, Math.floor(y0) + 1); y++) {
          for (let x = Math.floor(x0); x < Math.max(x0 + scale, Math.floor(x0) + 1); x++) {
            count += 1;
            if (x >= 0 && x < width && y >= 0 && y < height) sum += ink[y * width + x];
          }
        }
        pixels[row * SIZE + column] = sum / count;
      }
    }
    return pixels;
  }
  const first = draw(0, 0);
  let [mass, momentX, momentY] = [0, 0, 0];
  first.forEach((value, at) => {
    mass += value;
    momentX += value * ((at % SIZE) + 0.5);
    momentY += value * (Math.floor(at / SIZE) + 0.5);
  });
  const centred = draw(momentX / mass - SIZE / 2, momentY / mass - SIZE / 2);
  const columns = new Uint8Array(SIZE * SIZE);
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      columns[column * SIZE + row] = Math.round(255 * centred[row * SIZE + column]);
    }
  }
  return columns;
}
