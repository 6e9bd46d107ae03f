import CProtobufC

#if canImport(Glibc)
  import Glibc
#endif

/// The memory that holds the C form of one message.
///
/// Memory is allocated front to back, first from a buffer that the caller lends (usually on its stack), then from heap
/// blocks up to a limit. It is freed all at once when the ``ArenaOwner`` is destroyed.
///
/// An arena is a handle for generated code, valid only during the call that it is passed to.
@_spi(CLayout)
public struct Arena {
  struct Header {
    var next: UnsafeMutableRawPointer
    var end: UnsafeMutableRawPointer
    /// The newest heap block; each block begins with a pointer to the previous one.
    var newestBlock: UnsafeMutableRawPointer?
    var remaining: Int
    var nextBlockSize: Int
    var isExhausted = false
    var depth = 0
    var failure: EncodingFailure?
  }

  /// Why a message cannot be encoded, kept until the end so that the layout needs no check per field.
  enum EncodingFailure {
    case nulInString(field: StaticString)
    case tooDeep
  }

  let header: UnsafeMutablePointer<Header>

  /// The allocator for protobuf-c. Its `free` does nothing: memory is freed with the arena.
  var allocator: ProtobufCAllocator {
    ProtobufCAllocator(
      alloc: { data, size in
        guard let data, let size = Int(exactly: size) else { return nil }
        return Arena(header: data.assumingMemoryBound(to: Arena.Header.self)).reserve(size)
      },
      free: { _, _ in },
      allocator_data: UnsafeMutableRawPointer(header)
    )
  }

  /// Allocates uninitialised memory. Returns nil beyond the arena's limit.
  func reserve(_ size: Int) -> UnsafeMutableRawPointer? {
    let start = header.pointee.next
    // Both ends are aligned, so a size that fits still fits when rounded up.
    if size >= 0, size <= header.pointee.end - start {
      header.pointee.next = start + Self.rounded(size)
      return start
    }
    return reserveInNewBlock(size)
  }

  private static func rounded(_ size: Int) -> Int {
    (size + (arenaAlignment - 1)) & ~(arenaAlignment - 1)
  }

  @usableFromInline
  func freeBlocks() {
    var block = header.pointee.newestBlock
    while let current = block {
      block = current.load(as: UnsafeMutableRawPointer?.self)
      free(current)
    }
  }

  @inline(never)
  private func reserveInNewBlock(_ size: Int) -> UnsafeMutableRawPointer? {
    let linkSize = arenaAlignment
    guard size >= 0, size <= header.pointee.remaining - linkSize - arenaAlignment else {
      header.pointee.isExhausted = true
      return nil
    }
    let needed = Self.rounded(size) + linkSize
    let blockSize = max(needed, min(header.pointee.nextBlockSize, header.pointee.remaining) & ~(arenaAlignment - 1))
    guard let block = malloc(blockSize) else {
      header.pointee.isExhausted = true
      return nil
    }
    block.storeBytes(of: header.pointee.newestBlock, as: UnsafeMutableRawPointer?.self)
    header.pointee.newestBlock = block
    header.pointee.remaining -= blockSize
    header.pointee.nextBlockSize = min(blockSize * 2, 1 << 20)
    header.pointee.next = block + needed
    header.pointee.end = block + blockSize
    return block + linkSize
  }
}

/// The size of an arena's first buffer, in bytes: it fits a message of some dozen fields, and is the most that the
/// standard library allocates on the stack.
@usableFromInline
let arenaStackSize = 1024

/// The largest alignment in the structs that protoc-c generates.
@usableFromInline
let arenaAlignment = 8

/// Owns an arena's heap blocks and frees them when destroyed.
@_spi(CLayout)
@usableFromInline
struct ArenaOwner: ~Copyable {
  @usableFromInline
  let arena: Arena

  /// - Parameters:
  ///   - buffer: At least 128 bytes, aligned to ``arenaAlignment``, that outlive the owner.
  ///   - heapLimit: The maximum number of bytes to allocate from the heap after `buffer` is used up.
  @usableFromInline
  init(buffer: UnsafeMutableRawBufferPointer, heapLimit: Int) {
    let headerSize = (MemoryLayout<Arena.Header>.size + 7) & ~7
    guard let start = buffer.baseAddress, buffer.count > headerSize else {
      preconditionFailure("an arena's first buffer holds at least its header")
    }
    arena = Arena(header: start.bindMemory(to: Arena.Header.self, capacity: 1))
    arena.header.initialize(
      to: Arena.Header(
        next: start + headerSize,
        end: start + buffer.count,
        newestBlock: nil,
        remaining: heapLimit,
        nextBlockSize: 4096
      )
    )
  }

  @inlinable
  deinit {
    arena.freeBlocks()
  }
}
