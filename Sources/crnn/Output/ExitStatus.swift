import ArgumentParser
import Converter

/// What the tool's exit codes mean. ArgumentParser itself ends with 64 (the system's EX_USAGE) where the command line is wrong.
enum ExitStatus {
  /// The work failed; standard error says why. Nothing was written, but for rows that were done before.
  static let failure = ExitCode(1)
  /// The work was done, but the result is past a limit that the command line set.
  static let limit = ExitCode(3)
  /// The work was done, but some of the files could not be read; their rows say why.
  static let unreadable = ExitCode(4)
  /// Stopped by Ctrl-C: what was done has been written.
  static let interrupted = ExitCode(130)

  static let discussion = """
    EXIT STATUS
      0   done
      1   the work failed: standard error says why, and no output file was written or changed, but for rows that were done before
          (classify, read)
      3   done, but a result is past a limit given on the command line
      4   done, but some of the images could not be read: their rows say why (classify, read)
      64  the command line cannot be understood
      130 stopped by Ctrl-C: the rows that were done are written (classify, read)
    """
}

/// A sentence for the user; the tool ends with `ExitStatus.failure`.
typealias CommandError = ConverterError
