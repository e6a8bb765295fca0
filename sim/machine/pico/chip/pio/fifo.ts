// A state machine's FIFO: 4 words deep, 8 where it is joined with its twin, 0 where it is the twin's (datasheet 3.5.3).

export class Fifo {
  level = 0;
  depth = 4;
  private readonly words = new Uint32Array(8);
  private first = 0;

  get isFull(): boolean {
    return this.level >= this.depth;
  }
  get isEmpty(): boolean {
    return this.level === 0;
  }

  push(value: number): void {
    this.words[(this.first + this.level++) & 7] = value;
  }

  pull(): number {
    const value = this.words[this.first];
    this.first = (this.first + 1) & 7;
    this.level--;
    return value;
  }

  clear(): void {
    this.level = 0;
    this.first = 0;
  }
}
