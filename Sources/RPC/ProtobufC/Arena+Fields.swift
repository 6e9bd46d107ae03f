#if canImport(Glibc)
  import Glibc
#endif

// What generated code calls to lay a message out as the C struct that protobuf-c packs.
@_spi(CLayout)
extension Arena {
  /// Memory for `size` bytes, uninitialised.
  public func allocate(_ size: Int) -> UnsafeMutableRawPointer {
    guard let memory = reserve(size) else {
      // Encoding has no limit of its own: the values are already in memory, several times larger than their C form.
      fatalError("out of memory while encoding a message")
    }
    return memory
  }

  /// A struct that protoc-c generated, set to its defaults by its own initializer.
  @inlinable
  public func make<Message>(
    _ type: Message.Type,
    _ initialize: (UnsafeMutablePointer<Message>?) -> Void
  ) -> UnsafeMutablePointer<Message> {
    let message = allocate(MemoryLayout<Message>.size).bindMemory(to: Message.self, capacity: 1)
    initialize(message)
    return message
  }

  /// A copy of `text` that ends in NUL. Text that itself holds U+0000 would be cut there by C, so it is refused.
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

  /// A copy of `bytes`.
  public func bytes(_ bytes: [UInt8]) -> UnsafeMutablePointer<UInt8> {
    let memory = allocate(bytes.count)
    bytes.withUnsafeBytes { source in
      if let start = source.baseAddress { memcpy(memory, start, source.count) }
    }
    return memory.assumingMemoryBound(to: UInt8.self)
  }

  /// The C form of each element, in order.
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

  /// Called by a message that can hold itself before it lays out its fields. False past the depth that any receiver
  /// with protobuf's limit of 100 would read; encoding then fails.
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
