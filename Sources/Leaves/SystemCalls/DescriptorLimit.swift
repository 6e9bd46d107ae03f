import Glibc

/// The number of descriptors that this process may have open (getrlimit(2), `RLIMIT_NOFILE`).
package enum DescriptorLimit {
  /// Numbers that are looked at to find out how many are in use.
  private static let searchedNumbers: Int32 = 1024

  /// The soft limit.
  package static var current: Int {
    var limit = rlimit()
    // Fails only for an address that is not ours.
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return Int(clamping: limit.rlim_cur)
  }

  /// How many descriptors are open, of those with a number below 1024: at start all of them.
  package static var openCount: Int {
    (0..<min(Int32(clamping: current), searchedNumbers)).count { fcntl($0, F_GETFD) >= 0 }
  }
}
