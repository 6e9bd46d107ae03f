import Glibc

/// Protects a process from the signals and descriptors that it inherits. Called before anything else.
package enum ProcessSetup {
  /// For every program. Ignores SIGPIPE, so that a closed pipe is an error of write(2), and reserves the descriptors of the
  /// standard streams.
  package static func prepareProgram() {
    signal(SIGPIPE, SIG_IGN)
    reserveStandardDescriptors()
  }

  /// For services, which only SIGTERM and SIGINT end. Also raises the limit of descriptors, and ignores the signals in `ignoredByServices`; a service that traps
  /// some of them later can log them.
  package static func prepareService() {
    prepareProgram()
    raiseDescriptorLimit()
    for number in ignoredByServices { signal(number, SIG_IGN) }
  }

  /// Raises the soft limit of descriptors to the hard one. The usual soft limit, 1024, is for programs that use select(2).
  private static func raiseDescriptorLimit() {
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(resource, &limit)
  }

  /// By default each of these ends or stops the process:
  /// - SIGHUP, when the terminal closes; SIGUSR1 and SIGUSR2, which other daemons give a meaning.
  /// - SIGTTOU, when a background process writes to a terminal that has `tostop` set.
  /// - SIGXFSZ, when a file reaches its size limit. If it is ignored, write(2) fails with EFBIG.
  private static let ignoredByServices = [SIGHUP, SIGUSR1, SIGUSR2, SIGTTOU, SIGXFSZ]

  /// Opens /dev/null for each closed standard stream. Otherwise the next file that is opened, such as the ledger, gets its
  /// number, and whatever is printed is written to that file.
  private static func reserveStandardDescriptors() {
    // open(2) returns the lowest free number.
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", O_RDWR)
    }
  }
}
