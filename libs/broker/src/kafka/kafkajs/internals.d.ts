/** What of kafkajs' inside we build on. The version is pinned exactly, and no other will come. */
declare module 'kafkajs/src/network/socketFactory.js' {
  import type { ISocketFactory } from 'kafkajs';
  const create: () => ISocketFactory;
  export = create;
}

declare module 'kafkajs/src/protocol/requests/index.js' {
  interface RequestDefinitions {
    versions: readonly string[];
    protocol: (of: { readonly version: number }) => (options: never) => object;
  }
  const module: { readonly requests: Readonly<Record<'Fetch' | 'ListOffsets' | 'Metadata', RequestDefinitions>> };
  export = module;
}

declare module 'kafkajs/src/protocol/error.js' {
  const module: {
    readonly failure: (code: number) => boolean;
    readonly createErrorFromCode: (code: number) => Error;
  };
  export = module;
}

declare module 'kafkajs/src/protocol/requests/fetch/v0/response.js' {
  const module: { readonly parse: (data: unknown) => Promise<unknown> };
  export = module;
}

declare module 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js' {
  const decode: (decoder: {
    readInt32(): number;
    canReadBytes(length: number): boolean;
    readBytes(length: number): Buffer;
  }) => Promise<readonly unknown[]>;
  export = decode;
}

declare module 'kafkajs/src/protocol/requests/metadata/v0/response.js' {
  const module: { readonly parse: (data: unknown) => Promise<unknown> };
  export = module;
}

declare module 'kafkajs/src/protocol/encoder.js' {
  class Encoder {
    writeInt8(value: number): this;
    writeInt32(value: number): this;
    writeInt64(value: string): this;
    writeBoolean(value: boolean): this;
    writeUVarInt(value: number): this;
    writeUVarIntString(value: string): this;
    writeUVarIntBytes(): this;
    writeUVarIntArray(value: readonly Encoder[]): this;
    writeBuffer(value: Buffer): this;
    readonly buffer: Buffer;
  }
  export = Encoder;
}

declare module 'kafkajs/src/protocol/decoder.js' {
  class Decoder {
    constructor(buffer: Buffer);
    readInt16(): number;
    readInt32(): number;
    readInt64(): bigint;
    readBoolean(): boolean;
    readUVarInt(): number;
    readUVarIntString(): string;
    readUVarIntArray<T>(read: (decoder: Decoder) => T): T[];
    readTaggedFields(): unknown;
    readBytes(length: number): Buffer;
    forward(length: number): void;
  }
  export = Decoder;
}
