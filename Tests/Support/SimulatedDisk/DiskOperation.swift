import Glibc

/// An operation on the disk.
package enum DiskOperation: Sendable {
  case write(path: String, offset: Int, bytes: [UInt8])
  case truncate(path: String, size: Int)
  case sync(path: String)
  case delete(path: String)
}

/// The state of the disk after a power cut: all synced data, and a random part of the rest.
package struct PowerCut {
  private var durable: [String: [UInt8]]
  private var pending: [String: [DiskOperation]] = [:]

  package enum Mercy: CaseIterable, Sendable {
    /// All unsynced writes are lost.
    case none
    /// Each unsynced write is kept, lost, or torn at 512-byte sectors; torn sectors may hold garbage.
    case some
    /// All unsynced writes are kept, as after `kill -9`.
    case all
  }

  package init(durable: [String: [UInt8]] = [:]) { self.durable = durable }

  package mutating func take(_ operation: DiskOperation) {
    switch operation {
    case .write(let path, _, _), .truncate(let path, _): pending[path, default: []].append(operation)
    case .sync(let path):
      durable[path] = (pending.removeValue(forKey: path) ?? []).reduce(into: durable[path] ?? []) { $0.apply($1) }
    case .delete(let path):
      // The directory is synced too, as by SQLite's own VFS.
      durable[path] = nil
      pending[path] = nil
    }
  }

  package func left(_ mercy: Mercy, using dice: inout some RandomNumberGenerator) -> [String: [UInt8]] {
    var files = durable
    for (path, operations) in pending.sorted(by: { $0.key < $1.key }) {
      if mercy == .none { continue }
      var content = files[path] ?? []
      for operation in operations {
        switch mercy == .all ? 0 : Int.random(in: 0..<3, using: &dice) {
        case 0: content.apply(operation)
        case 1: content.tear(operation, using: &dice)
        default: break
        }
      }
      files[path] = content
    }
    return files
  }
}

extension [UInt8] {
  mutating func apply(_ operation: DiskOperation) {
    switch operation {
    case .write(_, let offset, let bytes):
      extend(to: offset + bytes.count)
      overwrite(at: offset, with: bytes)
    case .truncate(_, let size): if size < count { removeLast(count - size) } else { extend(to: size) }
    case .sync, .delete: break
    }
  }

  // Both use memory functions: in debug builds a loop over bytes takes most of the time of these tests.

  private mutating func extend(to size: Int) {
    guard size > count else { return }
    let missing = size - count
    append(
      contentsOf: [UInt8](unsafeUninitializedCapacity: missing) { buffer, initializedCount in
        if let start = buffer.baseAddress { memset(start, 0, missing) }
        initializedCount = missing
      }
    )
  }

  /// Replaces the bytes from `offset` on, which are there.
  package mutating func overwrite(at offset: Int, with bytes: [UInt8]) {
    precondition(offset >= 0 && offset + bytes.count <= count)
    withUnsafeMutableBytes { target in
      bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: target[offset...]).copyMemory(from: $0) }
    }
  }

  fileprivate mutating func tear(_ operation: DiskOperation, using dice: inout some RandomNumberGenerator) {
    guard case .write(let path, let offset, let bytes) = operation else { return }
    var start = 0
    while start < bytes.count {
      let end = Swift.min(bytes.count, (offset + start) / 512 * 512 + 512 - offset)
      let piece = Array(bytes[start..<end])
      switch Int.random(in: 0..<4, using: &dice) {
      case 0, 1: apply(.write(path: path, offset: offset + start, bytes: piece))
      case 2:
        let rubbish = piece.map { _ in UInt8.random(in: .min ... .max, using: &dice) }
        apply(.write(path: path, offset: offset + start, bytes: rubbish))
      default: break
      }
      start = end
    }
  }
}
