

mfccPlaceholder
c
conv/kernelConlueDBB"0G“]¿õ>?a½¯¿›C¿êOó¾¹fþ?²Ì¿‰?þ.q??eÁ>|E—?µY€¿
³
lstm/kernelConst*œ
value’B"€ÂïÀ-ND?æ™¿â§¾mä–¿#³†?|z]?V8¿>Kg?6`ø=ò»¾¼-k=‡O¾üp?àåž>\í²¾ýÌ€?ª‰¿÷è’>À$Ø>I½?›d¿Sß?–d4>â¡F¾-',¿S?SpH=C¿›^¿‚6¿»-¿
I
	lstm/biasConst*5
value,B*" ‹?¤°?ìY^?—:·>
BÛ¾Ê)_=)|b?Ùa@
.
lstm/iConst*
valueB"Ã³idense/kernelConst*)
value B"/À= ÷¾FKH¿ï©<¾
2

dense/biasConst*
valueB"8OH>Óþê?

sumAddmfcclstm/i:0