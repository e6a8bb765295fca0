// A serialport binding over anything that takes and gives bytes: the embedded simulator, a TCP connection.
// SerialPortStream runs above it as above a real port.

import type { OpenOptions as StreamOptions } from '@serialport/stream';

// serialport's own names for these live in a package whose types only CommonJS can import.
type Binding = StreamOptions['binding'];
type BindingPort = Awaited<ReturnType<Binding['open']>>;
type OpenOptions = Parameters<Binding['open']>[0];
type PortStatus = Awaited<ReturnType<BindingPort['get']>>;

/** The far side of the port. */
export interface Wire {
  /** Takes bytes from the host. Resolves when they are on their way. */
  write(bytes: Uint8Array): Promise<void> | void;
  /** The host closes the port. */
  close?(): Promise<void> | void;
}

interface Reader {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly length: number;
  resolve(read: { buffer: Buffer; bytesRead: number }): void;
  reject(error: Error): void;
}

/** The near side: what came from the far side waits here until the stream reads it. */
export class QueuedPort implements BindingPort {
  readonly openOptions: Required<OpenOptions>;
  isOpen = true;
  /** Bytes that the far side delivered. */
  delivered = 0;
  readonly #wire: Wire;
  readonly #queue: Uint8Array[] = [];
  #reader: Reader | undefined;
  #failure: Error | undefined;

  constructor(wire: Wire, openOptions: OpenOptions) {
    this.#wire = wire;
    this.openOptions = { ...DEFAULTS, ...openOptions };
  }

  /** The far side sends bytes. They must not change afterwards. */
  deliver(bytes: Uint8Array): void {
    if (bytes.length === 0 || !this.isOpen) return;
    this.delivered += bytes.length;
    this.#queue.push(bytes);
    this.#serve();
  }

  /** The far side is gone: what it delivered can still be read, then reads fail. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#serve();
  }

  read(buffer: Buffer, offset: number, length: number): Promise<{ buffer: Buffer; bytesRead: number }> {
    if (!this.isOpen) return Promise.reject(canceled());
    return new Promise((resolve, reject) => {
      this.#reader = { buffer, offset, length, resolve, reject };
      this.#serve();
    });
  }

  async write(buffer: Buffer): Promise<void> {
    if (!this.isOpen) throw canceled();
    await this.#wire.write(new Uint8Array(buffer));
  }

  async close(): Promise<void> {
    if (!this.isOpen) throw new Error('Port is not open');
    this.isOpen = false;
    this.#queue.length = 0;
    // serialport asks for this mark: any other rejection would count as a disconnection.
    this.#reader?.reject(canceled());
    this.#reader = undefined;
    await this.#wire.close?.();
  }

  async update(): Promise<void> {}
  async set(): Promise<void> {}
  async drain(): Promise<void> {}

  async flush(): Promise<void> {
    this.#queue.length = 0;
  }

  async get(): Promise<PortStatus> {
    return { cts: true, dsr: true, dcd: true };
  }

  async getBaudRate(): Promise<{ baudRate: number }> {
    return { baudRate: this.openOptions.baudRate };
  }

  #serve(): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    const first = this.#queue[0];
    if (first === undefined) {
      if (this.#failure === undefined) return;
      this.#reader = undefined;
      reader.reject(this.#failure);
      return;
    }
    this.#reader = undefined;
    const bytesRead = Math.min(first.length, reader.length);
    reader.buffer.set(first.subarray(0, bytesRead), reader.offset);
    if (bytesRead === first.length) this.#queue.shift();
    else this.#queue[0] = first.subarray(bytesRead);
    reader.resolve({ buffer: reader.buffer, bytesRead });
  }
}

const DEFAULTS = {
  dataBits: 8,
  lock: true,
  stopBits: 1,
  parity: 'none',
  rtscts: false,
  xon: false,
  xoff: false,
  xany: false,
  hupcl: true,
} as const;

/** A binding whose `open` gives what `connect` makes. */
export function bindingOf(connect: (options: OpenOptions) => Promise<QueuedPort> | QueuedPort): Binding {
  return {
    list: async () => [],
    open: async (options) => connect(options),
  };
}

function canceled(): Error {
  return Object.assign(new Error('the port was closed'), { canceled: true });
}
