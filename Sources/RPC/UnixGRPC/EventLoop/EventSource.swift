/// Whoever owns a descriptor that an event loop watches.
protocol EventSource: AnyObject {
  /// On the event loop. Now and then there turns out to be nothing.
  func ready(_ readiness: Readiness)
}
