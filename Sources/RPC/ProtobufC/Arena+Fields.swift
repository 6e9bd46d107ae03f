#if canImport(Glibc)
  import Glibc
#endif

// Called by generated code to lay out a message as the C struct that protobuf-c packs.
@_spi(CLayout)
extension Arena {
  /// Allocates `size` uninitialised bytes.
  public func allocate(_ size: Int) -> UnsafeMutableRawPointer {
    guard let memory = reserve(size) else {
      // Encoding needs no memory limit: the values are already in memory, several times larger than their C form.
      fatalError("out of memory while encoding a message")
    }
    return memory
  }

  /// Allocates a struct that protoc-c generated, and sets it to its defaults with its C initializer.
  @inlinable
  public func make<Message>(
    _ type: Message.Type,
    _ initialize: (UnsafeMutablePointer<Message>?) -> Void
  ) -> UnsafeMutablePointer<Message> {
    let message = allocate(MemoryLayout<Message>.size).bindMemory(to: Message.self, capacity: 1)
    initialize(message)
    return message
  }

  /// Copies `text` as a NUL-terminated string. Text that holds U+0000, where C would truncate it, makes encoding fail.
  public func string(_ text: String, _ field: StaticString) -> UnsafeMutablePointer<CChar> {
    var text = text
    return text.withUTF8 { utf8 in
      let memory = allocate(utf8.count + 1)
      if let start = utf8.baseAddress {
        memcpy(memory, start, utf8.count)
        if memchr(memory, 0, utf8.count) != nil, header.pointee.failure == nil {
          header.pointee.failure = .nulInString(field: field)
        }
      }
      memory.storeBytes(of: 0, toByteOffset: utf8.count, as: UInt8.self)
      return memory.assumingMemoryBound(to: CChar.self)
    }
  }

  /// Copies `bytes`.
  public func bytes(_ bytes: [UInt8]) -> UnsafeMutablePointer<UInt8> {
    let memory = allocate(bytes.count)
    bytes.withUnsafeBytes { source in
      if let start = source.baseAddress { memcpy(memory, start, source.count) }
    }
    return memory.assumingMemoryBound(to: UInt8.self)
  }

  /// Lays out the C form of each element, in order.
  @inlinable
  public func array<Elements: Collection, Field>(
    _ elements: Elements,
    _ field: (Elements.Element) -> Field
  ) -> UnsafeMutablePointer<Field>? {
    if elements.isEmpty { return nil }
    let memory = allocate(elements.count * MemoryLayout<Field>.stride)
    let start = memory.bindMemory(to: Field.self, capacity: elements.count)
    var index = 0
    for element in elements {
      (start + index).initialize(to: field(element))
      index += 1
    }
    return start
  }

  /// Called by a recursive message type before it lays out its fields. Returns false beyond protobuf's depth limit of
  /// 100, which receivers would refuse; encoding then fails.
  public func enter() -> Bool {
    header.pointee.depth += 1
    if header.pointee.depth <= DecodingLimits.defaultDepth { return true }
    header.pointee.failure = .tooDeep
    return false
  }

  public func leave() {
    header.pointee.depth -= 1
  }
}
