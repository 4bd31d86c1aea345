

mfccPlaceholder
c
conv/kernelConst*M
valueDBB"0G“]¿õ>?a½¯¿›C¿êOó¾¹fş?²Ì¿‰?ş.q??eÁ>|E—?µY€¿
³
lstm/kernelConst*œ
value’B"€ÂïÀ-ND?æ™¿â§¾mä–¿#³†?|z]?V8¿>Kg?6`ø=ò»¾¼-k=‡O¾üp?àå>\í²¾ıÌ€?ª‰¿÷è’>À$Ø>I½?›d¿Sß?–d4>â¡F¾-',¿S?SpH=C¿›^¿‚6¿»-¿
I
	lstm/biasConst*5
value,B*" ‹?¤°?ìY^?—:·>
BÛ¾Ê)_=)|b?Ùa@
.
lstm/iConst*
valueB"Ã³i?.’¾
@
dense/kernelConst*)
value B"/À= ÷¾FKH¿ï©<¾
2

dense/biasConst*
valueB"8OH>Óşê?

sumAddmfcclstm/i:0