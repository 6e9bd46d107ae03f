/// The nesting limit of data, which keeps input from exhausting the stack.
package enum NestingLimit {
  /// The limit of nested messages, the same as in protobuf's own implementations.
  package static let messages = 100
}
