import Glibc

/// Makes this program and its daemon the terminal's foreground process group, so that Ctrl-C does not reach the `make`
/// that started them, which would report a failure.
struct Terminal {
  private let formerGroup: pid_t?

  init() {
    guard isatty(STDIN_FILENO) != 0, tcgetpgrp(STDIN_FILENO) == getpgrp() else {
      formerGroup = nil
      return
    }
    formerGroup = getpgrp()
    // A background group that calls tcsetpgrp(3) is stopped by SIGTTOU unless it ignores the signal.
    signal(SIGTTOU, SIG_IGN)
    setpgid(0, 0)
    tcsetpgrp(STDIN_FILENO, getpid())
  }

  func restore() {
    if let formerGroup { tcsetpgrp(STDIN_FILENO, formerGroup) }
  }
}

/// The signals that end the story, blocked so that ``wait()`` can receive them.
struct EndSignals {
  private let set: sigset_t

  /// Must be called before any other thread starts, so that all threads inherit the mask.
  init() {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGCHLD] { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    // Shells start background jobs with SIGINT ignored, and ignored signals cannot be waited for.
    signal(SIGINT, SIG_DFL)
    self.set = set
  }

  /// Waits for Ctrl-C, SIGTERM, the end of the terminal, or the exit of the daemon.
  func wait() {
    var set = set
    var signal: Int32 = 0
    sigwait(&set, &signal)
  }
}
