import Glibc

/// An open file descriptor with a single owner; closed when the value is destroyed.
struct OwnedDescriptor: ~Copyable, Sendable {
  let number: Int32

  init(takingOwnershipOf number: Int32) {
    self.number = number
  }

  deinit {
    close(number)
  }

  /// Transfers ownership of the descriptor to the caller.
  consuming func release() -> Int32 {
    let number = number
    discard self
    return number
  }
}
