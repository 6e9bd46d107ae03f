import Glibc

/// Takes the terminal for this program and its daemon, so that Ctrl-C reaches them and not the `make` above them, which
/// would call the end of the story a failure.
struct Terminal {
  private let formerGroup: pid_t?

  init() {
    guard isatty(STDIN_FILENO) != 0, tcgetpgrp(STDIN_FILENO) == getpgrp() else {
      formerGroup = nil
      return
    }
    formerGroup = getpgrp()
    // A background group that touches the terminal is stopped, unless it looks away.
    signal(SIGTTOU, SIG_IGN)
    setpgid(0, 0)
    tcsetpgrp(STDIN_FILENO, getpid())
  }

  func giveBack() {
    if let formerGroup { tcsetpgrp(STDIN_FILENO, formerGroup) }
  }
}

/// The signals that end the story, held back until it is waited for.
struct EndSignals {
  private let set: sigset_t

  /// Before any other thread starts, so that all inherit the mask.
  init() {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in [SIGINT, SIGTERM, SIGCHLD] { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    // A shell has its background jobs ignore Ctrl-C, and what is ignored cannot be waited for.
    signal(SIGINT, SIG_DFL)
    self.set = set
  }

  /// Waits for Ctrl-C, a request to end, or the end of the daemon.
  func wait() {
    var set = set
    var signal: Int32 = 0
    sigwait(&set, &signal)
  }
}
