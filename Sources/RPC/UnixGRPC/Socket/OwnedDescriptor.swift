import Glibc

/// An open file descriptor with one owner, who closes it.
struct OwnedDescriptor: ~Copyable, Sendable {
  let number: Int32

  init(takingOwnershipOf number: Int32) {
    self.number = number
  }

  deinit {
    close(number)
  }

  /// Hands the descriptor to the caller, who closes it.
  consuming func release() -> Int32 {
    let number = number
    discard self
    return number
  }
}
