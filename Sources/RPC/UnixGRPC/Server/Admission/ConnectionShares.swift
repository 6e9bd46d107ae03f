/// How many connections a server takes, in all and of each user. Pure.
///
/// A user may have as many connections as are left free for others, and no more than its own limit. One user gets half of
/// all at most, two get a third each, and there is always room for a user that has none.
struct ConnectionShares: Sendable {
  /// Descriptors that connections never take: for files, for other sockets, and for the runtime, which traps if it cannot
  /// open /proc.
  static let reservedDescriptors = 24
  /// Connections that are taken even where the limit of descriptors is too low for the reserve.
  static let leastConnections = 8

  /// Why a connection is refused.
  enum Refusal: Hashable, Sendable {
    /// Its user has as many as it may have.
    case ofUser(limit: Int)
    /// There are as many as there may be of all users.
    case ofAll(limit: Int)
    /// Its user, which may call nothing, connects too often.
    case tooOften
  }

  /// The limit for all users together.
  let maximum: Int
  private(set) var count = 0
  private var countByUser: [UInt32: Int] = [:]

  init(maximum: Int) {
    self.maximum = maximum
  }

  /// Returns how many connections a process may have.
  ///
  /// - Parameters:
  ///   - descriptors: The limit of descriptors of the process.
  ///   - used: Descriptors that it has open for other things.
  static func maximum(descriptors: Int, used: Int) -> Int {
    max(leastConnections, descriptors - used - reservedDescriptors)
  }

  /// Counts a connection of `user`, or returns why it is refused.
  mutating func admit(_ user: UInt32, limit: Int) -> Refusal? {
    let free = maximum - count
    guard free > 0 else { return .ofAll(limit: maximum) }
    let own = countByUser[user, default: 0]
    // Rounded up, so that the last one is free for a user that has none.
    guard own < min(limit, max(free, 1)) else { return .ofUser(limit: own) }
    countByUser[user] = own + 1
    count += 1
    return nil
  }

  /// Stops counting a connection of `user`.
  mutating func release(_ user: UInt32) {
    guard let own = countByUser[user] else { return }
    countByUser[user] = own > 1 ? own - 1 : nil
    count -= 1
  }
}
