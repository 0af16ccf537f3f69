import { powerOfTwo } from './power-of-two.ts';

/**
 * The real part of the discrete Fourier transform of real values, as `numpy.fft.fft(v).real`, for any
 * length: by halves for powers of two, else as a convolution with a chirp (L. I. Bluestein, 1970), both
 * within a few units in the last place of the largest value. Made once for a length, used for many rows.
 */
export class FourierTransform {
  readonly length: number;
  private readonly size: number;
  private readonly cosines: Float64Array;
  private readonly sines: Float64Array;
  private readonly real: Float64Array;
  private readonly imaginary: Float64Array;
  private readonly chirp: Chirp | undefined;

  constructor(length: number) {
    const isPowerOfTwo = (length & (length - 1)) === 0;
    this.length = length;
    this.size = isPowerOfTwo ? Math.max(1, length) : powerOfTwo(2 * length - 1);
    this.cosines = Float64Array.from({ length: this.size >> 1 }, (_, i) =>
      Math.cos((2 * Math.PI * i) / this.size),
    );
    this.sines = Float64Array.from({ length: this.size >> 1 }, (_, i) =>
      Math.sin((2 * Math.PI * i) / this.size),
    );
    this.real = new Float64Array(this.size);
    this.imaginary = new Float64Array(this.size);
    if (!isPowerOfTwo) this.chirp = this.makeChirp();
  }

  /** Puts the real parts of the transform of `values[from .. from + length)` in their place. */
  transform(values: Float64Array, from: number): void {
    const { length, real, imaginary, chirp } = this;
    if (chirp !== undefined) {
      this.convolve(values, from, chirp);
      return;
    }
    real.set(values.subarray(from, from + length));
    imaginary.fill(0);
    this.halves(real, imaginary);
    values.set(real, from);
  }

  private convolve(values: Float64Array, from: number, chirp: Chirp): void {
    const { length, size, real, imaginary } = this;
    real.fill(0);
    imaginary.fill(0);
    for (let i = 0; i < length; i++) {
      real[i] = values[from + i] * chirp.real[i];
      imaginary[i] = -values[from + i] * chirp.imaginary[i];
    }
    this.halves(real, imaginary);
    for (let i = 0; i < size; i++) {
      const product = real[i] * chirp.spectrumReal[i] - imaginary[i] * chirp.spectrumImaginary[i];
      imaginary[i] = -(real[i] * chirp.spectrumImaginary[i] + imaginary[i] * chirp.spectrumReal[i]);
      real[i] = product;
    }
    // The transform of the conjugate is the conjugate of the way back, but for the size.
    this.halves(real, imaginary);
    for (let i = 0; i < length; i++) {
      values[from + i] = (real[i] * chirp.real[i] - imaginary[i] * chirp.imaginary[i]) / size;
    }
  }

  /** exp(i pi n^2 / length), and its own transform as a filter. The square is reduced before it is an angle. */
  private makeChirp(): Chirp {
    const { length, size } = this;
    const real = new Float64Array(length);
    const imaginary = new Float64Array(length);
    const spectrumReal = new Float64Array(size);
    const spectrumImaginary = new Float64Array(size);
    for (let i = 0, square = 0; i < length; i++) {
      const angle = (Math.PI * square) / length;
      real[i] = spectrumReal[i] = Math.cos(angle);
      imaginary[i] = spectrumImaginary[i] = Math.sin(angle);
      if (i > 0) {
        spectrumReal[size - i] = real[i];
        spectrumImaginary[size - i] = imaginary[i];
      }
      square = (square + 2 * i + 1) % (2 * length);
    }
    this.halves(spectrumReal, spectrumImaginary);
    return { real, imaginary, spectrumReal, spectrumImaginary };
  }

  /** Cooley and Tukey's transform of `size` complex numbers in place. */
  private halves(real: Float64Array, imaginary: Float64Array): void {
    const { size, cosines, sines } = this;
    reverseBits(real, imaginary, size);
    for (let half = 1; half < size; half *= 2) {
      const step = size / (2 * half);
      for (let start = 0; start < size; start += 2 * half) {
        for (let i = 0; i < half; i++) {
          const low = start + i;
          const high = low + half;
          const cosine = cosines[i * step];
          const sine = sines[i * step];
          const turnedReal = real[high] * cosine + imaginary[high] * sine;
          const turnedImaginary = imaginary[high] * cosine - real[high] * sine;
          real[high] = real[low] - turnedReal;
          imaginary[high] = imaginary[low] - turnedImaginary;
          real[low] += turnedReal;
          imaginary[low] += turnedImaginary;
        }
      }
    }
  }
}

interface Chirp {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
  readonly spectrumReal: Float64Array;
  readonly spectrumImaginary: Float64Array;
}

function reverseBits(real: Float64Array, imaginary: Float64Array, size: number): void {
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j], real[i]];
      [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
    }
  }
}
