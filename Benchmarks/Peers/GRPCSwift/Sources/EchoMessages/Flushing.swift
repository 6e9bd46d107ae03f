/// Whether grpc-swift's transport coalesces writes for up to 100 µs, its default.
public enum Flushing: String, Sendable {
  case coalescing
  case direct
}
