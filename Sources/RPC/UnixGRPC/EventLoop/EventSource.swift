/// The owner of a descriptor watched by an event loop.
protocol EventSource: AnyObject {
  /// Called on the event loop. May be spurious.
  func ready(_ readiness: Readiness)
}
