"""What each workload must reach, and what it aims at: the best peer's time divided by ours."""

#: (floor, aim) by workload, in the order of the table; None where none was set.
RATIOS = {
    "classic_32x100": (1.6, 2.0),
    "classic_32x320": (1.5, 2.0),
    "captcha_batch_1": (None, None),  # for what the second thread brings
    "captcha_batch_2": (2.0, 2.6),
    "captcha_crnn": (2.0, 2.6),
    "hello_edge_crnn_s": (2.5, 4),
    "hello_edge_gru_s": (None, None),
    "hello_edge_basic_lstm_s": (1.8, 2.4),
    "kws_streaming_crnn": (2.0, 2.8),
    "silero_vad": (3.5, 5),
    "dtln_model_1": (2.5, 3.5),
    "mnist_lstm": (3, 5),
    "gpvad_sre": (1.3, 2.0),
    "music_tagger_crnn": (None, None),
    "lstm_128_step": (5, 7),
    "lstm_256_step": (2.5, 3.3),
    "lstm_512_step": (1.4, 1.6),
    "lstm_128_sequence": (1.2, 1.4),
    "lstm_256_sequence": (1.1, 1.3),
    "lstm_512_sequence": (1.15, 1.3),
    "gru_128_step": (5, 8),
    "gru_256_step": (4, 6),
    "gru_512_step": (4, 5.5),
    "gru_128_sequence": (2.5, 3.5),
    "gru_256_sequence": (2.8, 3.8),
    "gru_512_sequence": (2.8, 3.8),
    "separable_32x160": (1.5, 2.0),
}
TIE = 0.06  # a smaller lead says nothing: two runs of the same differ by as much
TWO_THREADS = (1.85, 1.95)  # the batch on one thread by the batch on two

#: Percent of what the same kernels reach in the first cache, over all convolutions of the classic text line.
CONVOLUTIONS = (85, 92)

#: At most, by workload. The classic network's is that of weights which are transformed as they are used.
LOAD_MS = {"mnist_lstm": (2, 0.5), "captcha_crnn": (2, 0.5)}
MEMORY_MB = {"mnist_lstm": (2, 1), "captcha_crnn": (2, 1), "classic_32x100": (16, 12)}
